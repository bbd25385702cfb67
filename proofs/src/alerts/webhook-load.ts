import { randomUUID } from 'node:crypto';
import { signWebhook } from '@holdfast/queue/signatures';

export interface WebhookLoad {
  /** Webhooks that were answered 200, and all that were sent. */
  counts(): { accepted: number; sent: number };
  /** From now on every so many-th payment is declined by its bank; 0 for none. */
  declineEvery(count: number): void;
  setRate(perSecond: number): void;
  stop(): void;
}

const ANSWER_LIMIT_MS = 8_000;
const TICK_MS = 50;

/** Payments of one provider, each signed, so many a second whatever becomes of them. */
export function startLoad(url: string, secret: string, perSecond: number): WebhookLoad {
  let rate = perSecond;
  let declined = 0;
  let sent = 0;
  let accepted = 0;
  let due = 0;

  async function send(): Promise<void> {
    sent += 1;
    const eventId = `msg_${randomUUID()}`;
    const customer = declined > 0 && sent % declined === 0 ? `cus_declined_${sent}` : `cus_${sent}`;
    const data = { customer, amountCents: 1200, currency: 'EUR' };
    const body = JSON.stringify({ type: 'payment.requested', timestamp: new Date().toISOString(), data });
    const timestamp = Date.now();
    const headers = signWebhook({
      provider: 'standard',
      secret,
      body,
      eventId,
      eventType: 'payment.requested',
      timestamp,
    });
    try {
      const response = await fetch(`${url}/webhooks/standard`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      await response.arrayBuffer();
      if (response.ok) accepted += 1;
    } catch {
      // Nobody answered: the fault is at work, and counted by what was accepted.
    }
  }

  const timer = setInterval(() => {
    due += (rate * TICK_MS) / 1000;
    for (; due >= 1; due -= 1) void send();
  }, TICK_MS);
  return {
    counts: () => ({ accepted, sent }),
    declineEvery: (count) => {
      declined = count;
    },
    setRate: (next) => {
      rate = next;
    },
    stop: () => clearInterval(timer),
  };
}
