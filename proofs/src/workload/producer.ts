/**
 * Enqueues events without end and prints `try ID` before and `accepted ID` or `refused ID` after each. It begins with
 * the events of its argument: a sender delivers again what it has no answer for.
 */
import './end-with-parent.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../harness/random.ts';
import { print } from './print.ts';
import { fromEnvironment, openQueue } from './settings.ts';

const SENDERS = 4;
const REDELIVERED_RATIO = 0.05;
const RETRY_PAUSE_MS = 50;
const TYPES = ['payment.succeeded', 'subscription.updated', 'invoice.sent'] as const;

const settings = fromEnvironment();
const random = createRandom(settings.seed);
const queue = openQueue(settings);
const unanswered = (process.env['HOLDFAST_PROOF_UNANSWERED'] ?? '').split(' ').filter((id) => id !== '');
let sent = 0;
let stopping = false;

async function deliver(eventId: string): Promise<boolean> {
  print('try', eventId);
  try {
    const { status } = await queue.enqueue({
      eventId,
      eventType: TYPES[eventId.length % TYPES.length] ?? TYPES[0],
      payload: JSON.stringify({ eventId }),
      provider: 'proof',
      receivedAt: Date.now(),
    });
    print(status === 'duplicate' ? 'duplicate' : 'accepted', eventId);
    return true;
  } catch {
    print('refused', eventId);
    return false;
  }
}

async function send(): Promise<void> {
  while (!stopping) {
    const eventId = unanswered.pop() ?? `${settings.seed}-${(sent += 1)}`;
    if (!(await deliver(eventId))) {
      unanswered.push(eventId);
      await sleep(RETRY_PAUSE_MS);
    } else if (random.chance(REDELIVERED_RATIO)) await deliver(eventId);
    await sleep(random.between(0, 4));
  }
}

process.once('SIGTERM', () => {
  stopping = true;
});

await queue.ready().catch(() => undefined);
print('ready', '-');
await Promise.all(Array.from({ length: SENDERS }, send));
await queue.close();
