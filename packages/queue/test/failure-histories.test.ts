/** Random histories of failures, run by a real worker on each engine and by the table of the design: they must agree. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWebhookQueue, type FailureClass, type JobSettled } from '../src/index.ts';
import { type RunningEngine, STORES } from './engines.ts';
import { collectFacts } from './facts.ts';

const MAX_ATTEMPTS = 3;
type Step = FailureClass | 'success';

const history = fc.array(
  fc.constantFrom<Step>(
    'success',
    'transient',
    'transient',
    'throttled',
    'open',
    'overload',
    'permanent',
    'cancelled',
  ),
  { maxLength: 8 },
);

interface Expected {
  /** The attempt number that each run of the processor sees. */
  readonly attempts: number[];
  readonly end: 'completed' | FailureClass;
}

/** The table of the design; a history that is over goes on with success. */
function expected(steps: readonly Step[]): Expected {
  const attempts: number[] = [];
  let attempt = 1;
  for (let turn = 0; ; turn += 1) {
    attempts.push(attempt);
    const step = steps[turn] ?? 'success';
    if (step === 'success') return { attempts, end: 'completed' };
    if (step === 'permanent') return { attempts, end: step };
    if (step === 'open' || step === 'overload') continue;
    if (attempt === MAX_ATTEMPTS) return { attempts, end: step };
    attempt += 1;
  }
}

describe.each(STORES.filter((engine) => engine.available))('on $name', ({ start }) => {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());

  it('every history of failures ends as the table of failure classes says, and no job is lost', async () => {
    const run = async (histories: Step[][]) => {
      const queueName = `q-${randomUUID()}`;
      using settled = collectFacts<JobSettled>('holdfast:queue:settled', queueName);
      await using queue = createWebhookQueue({
        queueName,
        ...engine.where,
        maxRetries: MAX_ATTEMPTS - 1,
        concurrency: 20,
        backoff: { initialDelayMs: 0 },
      });
      const attempts = histories.map((): number[] => []);
      await queue.startWorker((job) => {
        const index = Number(job.eventId);
        const turn = attempts[index]?.push(job.attempt) ?? 0;
        const step = histories[index]?.[turn - 1] ?? 'success';
        if (step !== 'success') throw Object.assign(new Error(step), { failureClass: step, retryAfterMs: 1 });
      });
      for (const index of histories.keys()) {
        await queue.enqueue({
          eventId: String(index),
          eventType: 'x',
          payload: '',
          provider: 'p',
          receivedAt: 1,
        });
      }
      const isEnd = ({ outcome }: JobSettled) => outcome === 'completed' || outcome === 'dead';
      await settled.until((facts) => facts.filter(isEnd).length === histories.length);

      const ends = histories.map(expected);
      expect(attempts).toEqual(ends.map((end) => end.attempts));
      const { items } = await queue.deadLetters.list({ limit: histories.length });
      const dead = new Map(items.map(({ id, failureClass }) => [id, failureClass]));
      expect(histories.map((_, index) => dead.get(`p.${index}`) ?? 'completed')).toEqual(
        ends.map(({ end }) => end),
      );
      expect((await queue.getMetrics()).counts).toEqual({
        completed: histories.length - dead.size,
        failed: dead.size,
        active: 0,
        delayed: 0,
        waiting: 0,
        prioritized: 0,
      });
    };
    await fc.assert(fc.asyncProperty(fc.array(history, { minLength: 10, maxLength: 30 }), run), {
      numRuns: 3,
      // Smaller histories take as long, and a rare failure is gone when it is looked for.
      endOnFailure: true,
    });
  });
});
