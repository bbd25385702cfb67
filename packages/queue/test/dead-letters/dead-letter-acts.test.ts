import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetterAct } from '../../src/channels.ts';
import { DeadLetterActs } from '../../src/dead-letters/dead-letter-acts.ts';
import type { QueueEngine } from '../../src/engines/engine.ts';
import { openEngine } from '../../src/engines/open.ts';
import { resolveOptions } from '../../src/options.ts';
import { ENGINES, type RunningEngine } from '../engines.ts';

function act(at: number, changes: Partial<DeadLetterAct> = {}): DeadLetterAct {
  return {
    queue: 'q',
    jobId: `job-${at}`,
    jobName: 'x',
    act: 'redrive',
    by: 'ann',
    at,
    failedAt: 1,
    ...changes,
  };
}

describe.each(ENGINES.filter((engine) => engine.available))(
  'the acts on dead letters on $name',
  ({ start }) => {
    let running: RunningEngine;
    let engine: QueueEngine<unknown>;
    beforeAll(async () => {
      running = await start();
      engine = await openEngine(
        resolveOptions({ queueName: 'q', ...running.where, enqueueTimeoutMs: 20_000 }),
      );
      await engine.connected();
    });
    afterAll(async () => {
      await engine.close();
      await running.stop();
    });

    it('are kept up to a number, the newest of them, and listed newest first', async () => {
      const acts = new DeadLetterActs('kept', { kept: 5 });
      for (let at = 1; at <= 55; at += 1) await (await acts.claim(engine, act(at))).confirm();
      expect((await acts.list(engine)).map(({ at }) => at)).toEqual([55, 54, 53, 52, 51]);
      expect(await acts.list(engine, { limit: 2 })).toHaveLength(2);
      await acts.close();
    });

    it('are put on record together where many are claimed at once, and counted once for fifty', async () => {
      const asked: string[] = [];
      const counting: Pick<QueueEngine<unknown>, 'sibling'> = {
        sibling: <D>(name: string) => {
          const queue = engine.sibling<D>(name);
          for (const call of ['add', 'addBulk', 'getJobCountByTypes'] as const) {
            const own = queue[call].bind(queue) as (...args: unknown[]) => unknown;
            Object.defineProperty(queue, call, {
              value: (...args: unknown[]) => {
                asked.push(call);
                return own(...args);
              },
            });
          }
          return queue;
        },
      };
      const acts = new DeadLetterActs('together');
      const claims = Array.from({ length: 100 }, (_, index) => acts.claim(counting, act(index)));
      await Promise.all(claims);
      expect(asked.toSorted()).toEqual(['addBulk', 'getJobCountByTypes', 'getJobCountByTypes']);
      expect(await acts.list(engine)).toHaveLength(100);
      await acts.close();
    });

    it('are claimed by one caller for each death, until the claim is released', async () => {
      const acts = new DeadLetterActs('claimed', { claimMs: 1000 });
      const claim = await acts.claim(engine, act(100, { jobId: 'a' }));
      await expect(acts.claim(engine, act(400, { jobId: 'a', by: 'bob' }))).rejects.toMatchObject({
        code: 'ERR_QUEUE_DEAD_LETTER_BUSY',
        retryAfterMs: 700,
        message:
          'Another redrive of the dead letter "a" is under way, nothing was done. If it was cut off, try again in 700 ms.',
      });
      await acts.claim(engine, act(400, { jobId: 'a', failedAt: 2 }));
      await claim.release();
      await acts.claim(engine, act(500, { jobId: 'a', by: 'bob' }));
      expect(await acts.list(engine, { by: 'bob' })).toMatchObject([{ by: 'bob', confirmed: false }]);
      await acts.close();
    });

    it('go to the next who asks when a claim is too old, and to one of those alone', async () => {
      const acts = new DeadLetterActs('old', { claimMs: 1000 });
      await acts.claim(engine, act(0, { jobId: 'a' }));
      const takers = await Promise.allSettled(
        ['b', 'c', 'd'].map((by) => acts.claim(engine, act(1000, { jobId: 'a', by }))),
      );
      expect(takers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
      await acts.close();
    });

    it('are refused for a death that was answered', async () => {
      const acts = new DeadLetterActs('answered', { claimMs: 1000 });
      await (await acts.claim(engine, act(0, { jobId: 'a' }))).confirm();
      await expect(acts.claim(engine, act(5000, { jobId: 'a' }))).rejects.toMatchObject({
        code: 'ERR_QUEUE_DEAD_LETTER_NOT_FOUND',
      });
      await acts.close();
    });
  },
);
