import { ManualClock } from '@holdfast/context/testing';
import { expect, it } from 'vitest';
import { resolveOptions } from '../options.ts';
import type { QueueEngine } from './engine.ts';
import { createEngineAccess } from './engine-access.ts';

it('asks an engine that was slow to open like any other, once it is open', async () => {
  const clock = new ManualClock();
  const opening = Promise.withResolvers<QueueEngine<unknown>>();
  let opened: QueueEngine<unknown> | undefined;
  const access = createEngineAccess(
    () => opening.promise,
    () => opened,
    resolveOptions({ queueName: 'slow', enqueueTimeoutMs: 300, clock }),
  );
  const early = access.use(() => Promise.resolve('early'));
  early.catch(() => undefined);
  await clock.advance(300);
  await expect(early).rejects.toThrow('no answer within 300 ms');
  opened = { usable: () => true, ping: () => Promise.resolve() } as QueueEngine<unknown>;
  opening.resolve(opened);
  expect(await access.use(() => Promise.resolve('later'))).toBe('later');
});
