import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeadLetterActs } from '../src/dead-letter-acts.ts';
import { openEngine } from '../src/engines/open.ts';
import { resolveOptions } from '../src/options.ts';
import { type RunningEngine, STORES } from './engines.ts';

describe.each(STORES.filter((engine) => engine.available))(
  'the acts on dead letters on $name',
  ({ start }) => {
    let running: RunningEngine;
    beforeAll(async () => {
      running = await start();
    });
    afterAll(() => running.stop());

    it('are kept up to a number, the newest of them, and listed newest first', async () => {
      const engine = await openEngine(
        resolveOptions({ queueName: 'q', ...running.where, enqueueTimeoutMs: 20_000 }),
      );
      await engine.connected();
      const acts = new DeadLetterActs('q', 5);
      for (let at = 1; at <= 105; at += 1) {
        await acts.record(engine, {
          queue: 'q',
          jobId: `job-${at}`,
          jobName: 'x',
          act: 'redrive',
          by: 'ann',
          at,
        });
      }
      expect((await acts.list(engine, 50)).map(({ at }) => at)).toEqual([105, 104, 103, 102, 101]);
      expect(await acts.list(engine, 2)).toHaveLength(2);
      await acts.close();
      await engine.close();
    });
  },
);
