/**
 * Enqueues so many events a second, whatever becomes of them, and prints `try ID` before and `accepted ID` or
 * `refused ID` after each; at its end `figure p99Ms`, `maxMs` and `spooled`. What was refused is not sent again.
 */
import './end-with-parent.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { print } from './print.ts';
import { fromEnvironment, openQueue } from './settings.ts';

const RATE_PER_SECOND = 500;
const TICK_MS = 10;

const settings = fromEnvironment();
const queue = openQueue(settings);
const durationsMs: number[] = [];
const underWay = new Set<Promise<void>>();
let spooled = 0;
let stopping = false;

async function deliver(eventId: string): Promise<void> {
  print('try', eventId);
  const startedAt = performance.now();
  try {
    const { status } = await queue.enqueue({
      eventId,
      eventType: 'payment.succeeded',
      payload: JSON.stringify({ eventId }),
      provider: 'proof',
      receivedAt: Date.now(),
    });
    if (status === 'spooled') spooled += 1;
    print('accepted', eventId);
  } catch {
    print('refused', eventId);
  }
  durationsMs.push(performance.now() - startedAt);
}

process.once('SIGTERM', () => {
  stopping = true;
});

await queue.ready().catch(() => undefined);
print('ready', '-');
const startedAt = performance.now();
for (let sent = 0; !stopping; ) {
  const due = ((performance.now() - startedAt) / 1000) * RATE_PER_SECOND;
  for (; sent < due; sent += 1) {
    const delivery: Promise<void> = deliver(`${settings.seed}-${sent}`).finally(() =>
      underWay.delete(delivery),
    );
    underWay.add(delivery);
  }
  await sleep(TICK_MS);
}
await Promise.all(underWay);
durationsMs.sort((a, b) => a - b);
print('figure p99Ms', String(Math.round(durationsMs[Math.floor(durationsMs.length * 0.99)] ?? 0)));
print('figure maxMs', String(Math.round(durationsMs.at(-1) ?? 0)));
print('figure spooled', String(spooled));
await queue.close();
