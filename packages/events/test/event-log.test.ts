import { afterAll, beforeAll, describe, it, onTestFinished } from 'vitest';
import { openLog } from '../src/log/open-log.ts';
import { resolveOptions } from '../src/options.ts';
import { ENGINES, type RunningEngine } from './engines.ts';
import { EVENT_LOG_CASES } from './log-contract.ts';

describe.each(ENGINES.filter(({ available }) => available))('the log on $name', ({ start }) => {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());

  it.each(EVENT_LOG_CASES)('$name', async ({ run }) => {
    await run(async (name) => {
      const log = await openLog(resolveOptions({ ...engine.where, name }));
      onTestFinished(() => log.close());
      return log;
    });
  });
});
