import { setTimeout as delay } from 'node:timers/promises';
import type { WebhookProvider } from '@holdfast/queue/signatures';
import type { BadInput } from '../senders/bad-input.ts';
import type { WebhookFixture } from '../senders/fixture.ts';
import { signedHeaders } from '../senders/signing.ts';
import type { Attempt, DeliveryRecord, Purpose } from './delivery-record.ts';

export interface SenderOptions {
  /** Where the service is to be reached just now; undefined while it is down. */
  baseUrl: () => string | undefined;
  /** Each provider's, the active ones taken in turn. */
  secrets: Readonly<Record<WebhookProvider, readonly string[]>>;
  record: DeliveryRecord;
  /** Ends every delivery. */
  signal: AbortSignal;
  /** The first wait before a delivery is sent again; it doubles up to eight times that. Default 150. */
  redeliveryMs?: number;
}

/** A webhook provider's side: signs, sends, and sends again under the same id until it is told 2xx. */
export interface Sender {
  /** Ends when the event is accepted. */
  deliver(fixture: WebhookFixture): Promise<void>;
  /** One more delivery of what was accepted; sent again too when no answer comes. */
  repeat(fixture: WebhookFixture): Promise<void>;
  /** Sends once, and again only where no answer came. */
  sendBad(bad: BadInput): Promise<void>;
}

/** What is put on the wire. */
interface Delivery {
  fixture: WebhookFixture;
  purpose: Purpose;
  path: string;
  body: string;
  headers: Record<string, string>;
  expectedStatus: number;
}

const ANSWER_TIMEOUT_MS = 5_000;
const WRONG_SECRET_SUFFIX = 'bm90LXRoZS1zZWNyZXQ=';

export function createSender(options: SenderOptions): Sender {
  const { secrets, record, signal, redeliveryMs = 150 } = options;

  async function untilAnswered(
    make: () => Delivery,
    isSettled: (attempt: Attempt) => boolean,
  ): Promise<void> {
    for (let waitMs = redeliveryMs; ; waitMs = Math.min(waitMs * 2, redeliveryMs * 8)) {
      signal.throwIfAborted();
      const attempt = await send(make(), options);
      record.addAttempt(attempt);
      if (isSettled(attempt)) return;
      await delay(waitMs, undefined, { signal });
    }
  }

  /** Signed anew for each attempt, as the providers do: the timestamp is part of what is signed. */
  function owed(fixture: WebhookFixture, purpose: 'delivery' | 'repeat'): Delivery {
    const headers = signedHeaders(fixture, secretFor(fixture, secrets), Date.now());
    return { fixture, purpose, path: fixture.provider, body: fixture.body, headers, expectedStatus: 200 };
  }

  return {
    deliver: (fixture) => untilAnswered(() => owed(fixture, 'delivery'), isSuccess),
    repeat: (fixture) => untilAnswered(() => owed(fixture, 'repeat'), isSuccess),
    sendBad: (bad) => untilAnswered(() => badDelivery(bad, secrets), isAnswered),
  };
}

function badDelivery(bad: BadInput, secrets: SenderOptions['secrets']): Delivery {
  const { fixture, purpose, path, signedWith, ageMs, sentBody, expectedStatus } = bad;
  const secret = secretFor(fixture, secrets);
  const usedSecret = signedWith === 'secret' ? secret : `${secret}${WRONG_SECRET_SUFFIX}`;
  const headers = signedHeaders(fixture, usedSecret, Date.now() - ageMs);
  if (signedWith === 'nothing') removeSignature(headers);
  return { fixture, purpose, path, body: sentBody ?? fixture.body, headers, expectedStatus };
}

/** The same one for each delivery of an event. */
function secretFor({ provider, eventId }: WebhookFixture, secrets: SenderOptions['secrets']): string {
  const active = secrets[provider];
  return active[(eventId.at(-1) ?? '').charCodeAt(0) % active.length] ?? '';
}

function removeSignature(headers: Record<string, string>): void {
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase().includes('signature')) delete headers[name];
  }
}

async function send(delivery: Delivery, options: SenderOptions): Promise<Attempt> {
  const { fixture, purpose, expectedStatus } = delivery;
  const sentAt = Date.now();
  const startedAt = performance.now();
  const answered = await post(delivery, options);
  const durationMs = performance.now() - startedAt;
  return { eventId: fixture.eventId, purpose, sentAt, durationMs, expectedStatus, ...answered };
}

type Answered = Pick<Attempt, 'status' | 'answer' | 'errorCode'>;

async function post(
  { path, body, headers }: Delivery,
  { baseUrl, signal }: SenderOptions,
): Promise<Answered> {
  const base = baseUrl();
  if (base === undefined) return { status: null, answer: null, errorCode: null };
  try {
    const response = await fetch(`${base}/webhooks/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    const answer = parseAnswer(await response.text());
    return { status: response.status, answer: answer.status ?? null, errorCode: answer.error?.code ?? null };
  } catch {
    return { status: null, answer: null, errorCode: null };
  }
}

function parseAnswer(text: string): { status?: string; error?: { code?: string } } {
  try {
    return JSON.parse(text) as { status?: string; error?: { code?: string } };
  } catch {
    return {};
  }
}

function isSuccess({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

function isAnswered({ status }: Attempt): boolean {
  return status !== null;
}
