import { ManualClock } from '@holdfast/context/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobSettled, WebhookQueue } from '../../src/index.ts';
import { type RunningEngine, STORES } from '../engines.ts';
import { collectFacts, type Facts } from '../facts.ts';
import { event, openQueue, Refused } from './bury.ts';

/** What a letter should be: dead, gone with its work done, or gone for good. */
interface Expected {
  state: 'dead' | 'done' | 'discarded';
  redrives: number;
}

type Step =
  | {
      readonly do: 'enqueue' | 'discard' | 'redrive' | 'redrive twice' | 'redrive and discard';
      readonly id: number;
    }
  | { readonly do: 'heal' | 'sicken'; readonly id: number }
  | { readonly do: 'redrive all' | 'discard all' | 'redrive all twice'; readonly type: number }
  | { readonly do: 'expire' };

const id = fc.nat({ max: 4 });
const type = fc.nat({ max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('enqueue' as const), id }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('discard', 'redrive', 'redrive twice', 'redrive and discard'),
      id,
    }) as fc.Arbitrary<Step>,
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('heal', 'sicken'), id }) as fc.Arbitrary<Step> },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('redrive all', 'discard all', 'redrive all twice'),
      type,
    }) as fc.Arbitrary<Step>,
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'expire' }) },
);

/** The real queue with two operators, and what should have become of each letter. */
class World {
  readonly #queue: WebhookQueue;
  readonly #other: WebhookQueue;
  /** A day later every letter is old enough to expire. */
  readonly #tomorrow: WebhookQueue;
  readonly #settled: Facts<JobSettled>;
  readonly #expected = new Map<string, Expected>();
  readonly #healthy = new Set<string>();
  #runs = 0;

  constructor(engine: RunningEngine) {
    this.#queue = openQueue(engine.where);
    this.#other = openQueue(engine.where, this.#queue.name);
    const clock = new ManualClock(Date.now() + 86_400_000);
    this.#tomorrow = openQueue(engine.where, this.#queue.name, { clock });
    this.#settled = collectFacts<JobSettled>('holdfast:queue:settled', this.#queue.name);
  }

  async start(): Promise<void> {
    await this.#queue.startWorker((job) => {
      if (!this.#healthy.has(job.eventId)) throw new Refused(`no ${job.eventId}`);
    });
  }

  async take(next: Step): Promise<void> {
    switch (next.do) {
      case 'enqueue':
        return this.#enqueue(next.id);
      case 'heal':
        this.#healthy.add(`e${next.id}`);
        return;
      case 'sicken':
        this.#healthy.delete(`e${next.id}`);
        return;
      case 'redrive':
        return this.#one(next.id, [(jobId) => this.#queue.deadLetters.redrive(jobId)]);
      case 'discard':
        return this.#one(next.id, [(jobId) => this.#queue.deadLetters.discard(jobId)]);
      case 'redrive twice':
        return this.#one(next.id, [
          (jobId) => this.#queue.deadLetters.redrive(jobId, { by: 'ann' }),
          (jobId) => this.#other.deadLetters.redrive(jobId, { by: 'bob' }),
        ]);
      case 'redrive and discard':
        return this.#redriveAndDiscard(next.id);
      case 'redrive all':
      case 'redrive all twice':
        return this.#redriveAll(next.type, next.do === 'redrive all' ? 1 : 2);
      case 'discard all':
        await this.#queue.deadLetters.discardAll({ filter: { jobName: `type.${next.type}` } });
        for (const [, letter] of this.#dead(next.type)) letter.state = 'discarded';
        return;
      case 'expire':
        await this.#tomorrow.deadLetters.expire({ maxAgeDays: 0.5 });
        for (const [, letter] of this.#dead()) letter.state = 'discarded';
    }
  }

  async check(): Promise<void> {
    const { items } = await this.#queue.deadLetters.list();
    const found = items.map(({ id: jobId, redrives }) => `${jobId} redriven ${redrives}`);
    const expected = this.#dead().map(([jobId, { redrives }]) => `${jobId} redriven ${redrives}`);
    expect(found.sort()).toEqual(expected.sort());
    expect(await this.#queue.deadLetters.count()).toBe(expected.length);
    const { total } = await this.#queue.deadLetters.groups();
    expect(total).toBe(expected.length);
    expect(this.#settled.all).toHaveLength(this.#runs);
  }

  async end(): Promise<void> {
    const acts = await this.#queue.deadLetters.acts({ limit: 1000 });
    expect(acts.every(({ confirmed }) => confirmed)).toBe(true);
    const deaths = acts.map(({ jobId, failedAt }) => `${jobId}@${failedAt}`);
    expect(new Set(deaths).size).toBe(deaths.length);
    this.#settled[Symbol.dispose]();
    await Promise.all([this.#queue, this.#other, this.#tomorrow].map((queue) => queue.close()));
  }

  async #enqueue(number: number): Promise<void> {
    const jobId = `stripe.e${number}`;
    const known = this.#expected.get(jobId);
    const { status } = await this.#queue.enqueue(event(`e${number}`, `type.${number % 2}`));
    const isNew = known === undefined || known.state === 'discarded';
    expect(status).toBe(isNew ? 'queued' : 'duplicate');
    if (isNew) await this.#ran(jobId, 0);
  }

  /** What several operators ask for at once is done once, where there is something to do. */
  async #one(number: number, acts: readonly ((jobId: string) => Promise<void>)[]): Promise<void> {
    const jobId = `stripe.e${number}`;
    const letter = this.#expected.get(jobId);
    const outcomes = await Promise.allSettled(acts.map((act) => act(jobId)));
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(done).toBe(letter?.state === 'dead' ? 1 : 0);
    if (letter?.state !== 'dead') return;
    const job = (await this.#queue.deadLetters.acts({ jobId, limit: 1 }))[0];
    if (job?.act === 'discard') letter.state = 'discarded';
    else await this.#ran(jobId, letter.redrives + 1);
  }

  #redriveAndDiscard(number: number): Promise<void> {
    return this.#one(number, [
      (jobId) => this.#queue.deadLetters.redrive(jobId),
      (jobId) => this.#other.deadLetters.discard(jobId),
    ]);
  }

  async #redriveAll(number: number, operators: number): Promise<void> {
    const dead = this.#dead(number);
    const filter = { jobName: `type.${number}` };
    const run = `run-${this.#runs}-${dead.length}-${number}`;
    const results = await Promise.all(
      Array.from({ length: operators }, () => this.#queue.deadLetters.redriveAll({ filter, run })),
    );
    expect(results.reduce((sum, { done }) => sum + done, 0)).toBe(dead.length);
    for (const [jobId, { redrives }] of dead) await this.#ran(jobId, redrives + 1);
  }

  /** A job runs once more: it is done or dead, as its health is. */
  async #ran(jobId: string, redrives: number): Promise<void> {
    this.#runs += 1;
    await this.#settled.count(this.#runs);
    const isHealthy = this.#healthy.has(jobId.slice('stripe.'.length));
    this.#expected.set(jobId, { state: isHealthy ? 'done' : 'dead', redrives });
  }

  #dead(ofType?: number): [string, Expected][] {
    return [...this.#expected].filter(
      ([jobId, { state }]) =>
        state === 'dead' && (ofType === undefined || Number(jobId.at(-1)) % 2 === ofType),
    );
  }
}

const HISTORIES: Readonly<Record<string, number>> = { sqlite: 10, redis: 5, postgres: 3 };

describe.each(STORES.filter((engine) => engine.available))(
  'the life of dead letters on $name',
  ({ name, start }) => {
    let engine: RunningEngine;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());

    it('follows the model, whatever operators do one after the other and at once', {
      timeout: 120_000,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
          const world = new World(engine);
          await world.start();
          for (const next of steps) {
            await world.take(next);
            await world.check();
          }
          await world.end();
        }),
        { numRuns: HISTORIES[name] ?? 1 },
      );
    });
  },
);
