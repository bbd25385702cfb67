import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ManualClock } from '@holdfast/context/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobSettled } from '../../src/index.ts';
import type { RedriveOrder } from '../children/redriver.ts';
import { ENGINES, type RunningEngine } from '../engines.ts';
import { collectFacts } from '../facts.ts';
import { bury, event, openQueue } from './bury.ts';

const CHILD = fileURLToPath(new URL('../children/redriver.ts', import.meta.url));
/** More than twice what a redrive has in hand at once: those wait for the claims of the killed to end. */
const LETTERS = 400;

/** Starts a redrive in a process of its own, which is killed. */
async function redriveAndDie(order: RedriveOrder): Promise<void> {
  const argv = ['--conditions=@holdfast/source', CHILD, JSON.stringify(order)];
  const child = spawn(process.execPath, argv, { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
}

describe.each(ENGINES.filter((engine) => engine.available))('a redrive of many on $name', ({ start }) => {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());

  it('loses nothing and doubles nothing when it is killed, twice, and resumed', async () => {
    const first = openQueue(engine.where);
    await bury(
      first,
      Array.from({ length: LETTERS }, (_, index) => event(`e${index}`)),
    );
    await first.close();
    const options = { queueName: first.name, ...engine.where, enqueueTimeoutMs: 20_000 };
    for (const dieAfter of [7, 31]) await redriveAndDie({ options, run: 'r', dieAfter });

    // Claims of the killed are over by now.
    const clock = new ManualClock(Date.now() + 3_600_000);
    const queue = openQueue(engine.where, first.name, { clock });
    const left = await queue.deadLetters.count();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(LETTERS - 36);
    const { done, skipped } = await queue.deadLetters.redriveAll({ run: 'r', by: 'ann' });
    expect({ done, skipped }).toEqual({ done: left, skipped: 0 });
    expect(await queue.deadLetters.count()).toBe(0);

    using settled = collectFacts<JobSettled>('holdfast:queue:settled', queue.name);
    const ran: string[] = [];
    await queue.startWorker((job) => {
      ran.push(job.eventId);
      throw Object.assign(new Error('again'), { failureClass: 'permanent' });
    });
    await settled.count(LETTERS);
    expect(new Set(ran).size).toBe(LETTERS);
    expect(ran).toHaveLength(LETTERS);
    const { items } = await queue.deadLetters.list({ limit: 1000 });
    expect(items.map(({ redrives }) => redrives)).toEqual(Array(LETTERS).fill(1));
    await queue.close();
  });
});
