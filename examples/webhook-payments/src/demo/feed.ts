import { setTimeout as delay } from 'node:timers/promises';
import type { Plan } from './scale.ts';
import type { Sender } from './sender.ts';

/**
 * Begins every delivery of the plan at its steady rate, with the repeats and the bad input strewn in, and ends when
 * all of them are settled. A delivery that fails goes on by itself, as it would at a provider.
 */
export async function feed(plan: Plan, sender: Sender, signal: AbortSignal): Promise<void> {
  const { fixtures, repeated, bad, ratePerSecond } = plan;
  const badEvery = Math.max(1, Math.floor(fixtures.length / (bad.length + 1)));
  const begun: Promise<void>[] = [];
  // Without this an early failure would be an unhandled rejection; `Promise.all` below still reports it.
  const begin = (work: Promise<void>) => {
    work.catch(() => {});
    begun.push(work);
  };
  const startedAt = performance.now();
  let badIndex = 0;
  for (const [index, fixture] of fixtures.entries()) {
    const dueMs = startedAt + (index * 1000) / ratePerSecond - performance.now();
    if (dueMs > 0) await delay(dueMs, undefined, { signal });
    const delivered = sender.deliver(fixture);
    begin(repeated.has(fixture.eventId) ? delivered.then(() => sender.repeat(fixture)) : delivered);
    const nextBad = index % badEvery === badEvery - 1 ? bad[badIndex++] : undefined;
    if (nextBad !== undefined) begin(sender.sendBad(nextBad));
  }
  for (const rest of bad.slice(badIndex)) begin(sender.sendBad(rest));
  await Promise.all(begun);
}
