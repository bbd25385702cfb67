import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, type RunningEngine } from './engines.ts';
import { histories } from './model/history.ts';
import { World } from './model/world.ts';

/** `HOLDFAST_HISTORIES=300` runs so many on every engine; without it a few, on SQLite. */
const asked = Number(process.env['HOLDFAST_HISTORIES'] ?? 0);
const numRuns = asked > 0 ? asked : 10;
const engines = ENGINES.filter(({ name, available }) => available && (asked > 0 || name === 'sqlite'));
const HISTORY_LIMIT_MS = 30_000;
let buses = 0;

describe.each(engines)('whatever happens to a bus on $name', ({ start }) => {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());

  it(
    'gives every group each event from its start on at least once, each key in order, and nothing that was rolled back',
    async () => {
      await fc.assert(
        fc.asyncProperty(histories, async (steps) => {
          const world = new World(`model-${++buses}`, engine.where);
          try {
            expect((await world.run(steps)).join('\n')).toBe('');
          } finally {
            await world.close();
          }
        }),
        // A history that waits for ever for what is lost takes too long to be made smaller.
        { numRuns, timeout: HISTORY_LIMIT_MS, endOnFailure: true },
      );
    },
    numRuns * HISTORY_LIMIT_MS,
  );
});
