import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { SqliteQueueBackend } from '../src/backend/sqlite-queue-backend.ts';
import { backendOf, NOON, newFile, openQueue, stopClock } from './support/queues.ts';

type State = 'waiting' | 'prioritized' | 'active' | 'delayed' | 'completed' | 'failed';
const STATES: readonly State[] = ['waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed'];

interface ModelJob {
  id: string;
  added: number;
  state: State;
  priority: number;
  /** Place among its equals; what it means depends on the state. */
  place: number;
  attemptsMade: number;
  attemptsStarted: number;
  locked: boolean;
}

/** The queue as the documents describe it, in the plainest way. */
class Model {
  readonly jobs = new Map<string, ModelJob>();
  paused = false;
  now = NOON;
  #added = 0;
  #back = 0;
  #front = 0;

  add(id: string, priority: number, delayMs: number, lifo: boolean): void {
    if (this.jobs.has(id)) return;
    this.#added += 1;
    const job: ModelJob = {
      id,
      added: this.#added,
      state: 'waiting',
      priority,
      place: 0,
      attemptsMade: 0,
      attemptsStarted: 0,
      locked: false,
    };
    this.jobs.set(id, job);
    if (delayMs > 0) this.#to(job, 'delayed', this.now + delayMs);
    else this.offer(job, lifo);
  }

  offer(job: ModelJob, front = false): void {
    if (job.priority > 0) this.#to(job, 'prioritized', front ? 0 : ++this.#back);
    else this.#to(job, 'waiting', front ? --this.#front : ++this.#back);
  }

  delay(job: ModelJob, ms: number): void {
    this.#to(job, 'delayed', this.now + ms);
  }

  finish(job: ModelJob, state: 'completed' | 'failed'): void {
    job.attemptsMade += 1;
    this.#to(job, state, this.now);
  }

  claim(): ModelJob | undefined {
    for (const job of this.inState('delayed')) if (job.place <= this.now) this.offer(job);
    if (this.paused) return undefined;
    const job = this.inState('waiting')[0] ?? this.inState('prioritized')[0];
    if (job === undefined) return undefined;
    this.#to(job, 'active', ++this.#back);
    job.attemptsStarted += 1;
    job.locked = true;
    return job;
  }

  /** In the order in which they come next. */
  inState(state: State): ModelJob[] {
    const found = [...this.jobs.values()].filter((job) => job.state === state);
    const rank = (job: ModelJob) => (state === 'prioritized' ? job.priority : 0);
    return found.sort((a, b) => rank(a) - rank(b) || a.place - b.place || a.added - b.added);
  }

  #to(job: ModelJob, state: State, place: number): void {
    job.state = state;
    job.place = place;
    job.locked = false;
  }
}

type Step = (model: Model, backend: SqliteQueueBackend) => Promise<void>;

const TOKEN = 'token';
const pick = <T>(items: readonly T[], choice: number): T | undefined =>
  items[choice % Math.max(items.length, 1)];
const asJob = (job: ModelJob) => ({ id: job.id, opts: { attempts: 1 } });

function onState(
  state: State,
  choice: number,
  act: (job: ModelJob, model: Model, backend: SqliteQueueBackend) => Promise<void>,
): Step {
  return async (model, backend) => {
    const job = pick(model.inState(state), choice);
    if (job !== undefined) await act(job, model, backend);
  };
}

const choice = fc.nat({ max: 1000 });
const ms = fc.integer({ min: 1, max: 3000 });

const ADD: fc.Arbitrary<Step> = fc
  .record({
    id: fc.nat({ max: 25 }),
    priority: fc.constantFrom(0, 0, 1, 2),
    delay: fc.constantFrom(0, 0, 500, 1500),
    lifo: fc.boolean(),
  })
  .map(({ id, priority, delay, lifo }) => async (model, backend) => {
    model.add(`j${id}`, priority, delay, lifo);
    const opts = { jobId: `j${id}`, priority, delay, lifo };
    await backend.addJob({ name: 'job', data: '{}', opts, timestamp: model.now } as never, `j${id}`);
  });

const CLAIM: fc.Arbitrary<Step> = fc.constant(async (model: Model, backend: SqliteQueueBackend) => {
  const expected = model.claim();
  const [job, id] = await backend.moveToActive(TOKEN);
  expect(id).toBe(expected?.id ?? '');
  if (job !== null) expect(job.attemptsStarted).toBe(expected?.attemptsStarted);
});

const STEPS: fc.Arbitrary<Step>[] = [
  ADD,
  CLAIM,
  choice.map((n) =>
    onState('active', n, async (job, model, backend) => {
      model.finish(job, 'completed');
      await backend.moveToCompleted(asJob(job), 'ok', undefined, TOKEN, false);
    }),
  ),
  choice.map((n) =>
    onState('active', n, async (job, model, backend) => {
      model.finish(job, 'failed');
      await backend.moveToFailed(asJob(job), 'no', undefined, TOKEN, false);
    }),
  ),
  choice.map((n) =>
    onState('active', n, async (job, model, backend) => {
      job.attemptsMade += 1;
      for (const due of model.inState('delayed')) if (due.place <= model.now) model.offer(due);
      model.offer(job);
      await backend.retryJob(job.id, false, TOKEN);
    }),
  ),
  fc.tuple(choice, ms, fc.boolean()).map(([n, delayMs, skipAttempt]) =>
    onState('active', n, async (job, model, backend) => {
      if (!skipAttempt) job.attemptsMade += 1;
      model.delay(job, delayMs);
      await backend.moveToDelayed(job.id, model.now, delayMs, TOKEN, { skipAttempt });
    }),
  ),
  choice.map((n) =>
    onState('active', n, async (job, model, backend) => {
      if (job.priority > 0) return;
      model.offer(job, true);
      await backend.moveJobFromActiveToWait(job.id, TOKEN);
    }),
  ),
  fc.tuple(fc.constantFrom('completed' as const, 'failed' as const), choice).map(([state, n]) =>
    onState(state, n, async (job, model, backend) => {
      model.offer(job);
      await backend.retryFinishedJob({ id: job.id, opts: {} }, state);
    }),
  ),
  choice.map((n) =>
    onState('delayed', n, async (job, model, backend) => {
      model.offer(job);
      await backend.promote(job.id);
    }),
  ),
  fc.tuple(fc.constantFrom(...STATES), choice).map(([state, n]) =>
    onState(state, n, async (job, model, backend) => {
      if (!job.locked) model.jobs.delete(job.id);
      expect(await backend.remove(job.id, true)).toBe(job.locked ? 0 : 1);
    }),
  ),
  fc.boolean().map((paused) => async (model, backend) => {
    model.paused = paused;
    await backend.pause(paused);
  }),
  ms.map((elapsed) => async (model) => {
    model.now += elapsed;
    vi.setSystemTime(model.now);
  }),
];

async function compare(model: Model, backend: SqliteQueueBackend): Promise<void> {
  const counts = await backend.getCounts([...STATES]);
  expect(counts).toEqual(STATES.map((state) => model.inState(state).length));
  const ranges = (await backend.getRanges(['prioritized', 'delayed'], 0, -1, true)) as unknown as string[][];
  expect(ranges).toEqual(
    [model.inState('prioritized'), model.inState('delayed')].map((jobs) => jobs.map(({ id }) => id)),
  );
  const waiting = (await backend.getRanges(['waiting'], 0, -1, true)) as unknown as string[][];
  expect(waiting[0]?.toReversed()).toEqual(model.inState('waiting').map(({ id }) => id));
}

describe('any history of adding, claiming, finishing, retrying, parking and removing', () => {
  it('leaves the queue as the model says, job by job and count by count', async () => {
    const history = fc.array(fc.oneof(...STEPS, ADD, ADD, CLAIM), {
      minLength: 1,
      maxLength: 100,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        stopClock();
        const file = newFile();
        const queue = openQueue(file, 'jobs', { skipMetasUpdate: true });
        const backend = backendOf(queue);
        // Locks outlive the history: a lost lock is the business of the tests of stalled jobs.
        Object.assign(queue.opts, { lockDuration: 1e9 });
        const model = new Model();
        for (const step of steps) {
          await step(model, backend);
          await compare(model, backend);
        }
        for (const job of model.jobs.values()) {
          expect(await backend.getJobData(job.id)).toMatchObject({
            attemptsMade: job.attemptsMade,
            attemptsStarted: job.attemptsStarted,
          });
        }
        await queue.close();
        const db = new Database(file, { readonly: true });
        const kept = db
          .prepare('SELECT (SELECT count(*) FROM bullmq_job), (SELECT count(*) FROM bullmq_payload)')
          .raw();
        expect(kept.get()).toEqual([model.jobs.size, model.jobs.size]);
        db.close();
      }),
      { numRuns: 30 },
    );
  });
});
