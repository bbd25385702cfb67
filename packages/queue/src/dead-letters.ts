import type { Carrier } from '@holdfast/context';
import type { Clock } from '@holdfast/context/clock';
import type { Job } from 'bullmq';
import type { DeadLetterAct } from './channels.ts';
import type { DeadLetterActs } from './dead-letter-acts.ts';
import type { EngineJob, QueueEngine } from './engines/engine.ts';
import type { EngineAccess } from './engines/engine-access.ts';
import { DeadLetterNotFoundError, DiscardFailedError, QueueOptionError } from './errors.ts';
import { type AttemptRecord, readAttempt } from './failures/attempt-history.ts';
import type { DeathClass } from './failures/failure-class.ts';
import { readCarrier } from './job/job-metadata.ts';
import { type Redrive, readNotes, writeNotes } from './job/job-notes.ts';

/** A job that failed for good, as it stands in a list. */
export interface DeadLetterSummary {
  readonly id: string;
  readonly jobName: string;
  /** The message of the last error. */
  readonly reason: string;
  readonly failureClass: DeathClass;
  /** Epoch ms. */
  readonly failedAt: number;
  /** Epoch ms. */
  readonly enqueuedAt: number;
  /** Attempts spent since it was enqueued or last redriven. */
  readonly attempts: number;
  /** How often its workers died or hung. */
  readonly stalls: number;
  readonly redrives: number;
  /** The producer's context: its trace is where to look. */
  readonly carrier: Carrier;
}

export interface DeadLetter<Data> extends DeadLetterSummary {
  readonly data: Data;
  /** The stack of the last error. */
  readonly stack: string;
  /** Every failed attempt, the oldest first, over all redrives. */
  readonly history: readonly AttemptRecord[];
  readonly redriveLog: readonly Redrive[];
}

export interface DeadLetterPage {
  /** Newest first. */
  readonly items: readonly DeadLetterSummary[];
  /** Of all pages. */
  readonly total: number;
  /** Where the next page begins, or undefined when this is the last. */
  readonly nextOffset: number | undefined;
}

export interface ActOptions {
  /** Who asks for it. Default `unknown`. */
  by?: string;
}

export interface DeadLetters<Data> {
  count(): Promise<number>;
  /** @param page `offset` default 0, `limit` 1 to 1000, default 50 */
  list(page?: { offset?: number; limit?: number }): Promise<DeadLetterPage>;
  get(jobId: string): Promise<DeadLetter<Data> | undefined>;
  /**
   * Runs a dead letter again, with all its attempts, under its old id, priority and trace.
   * @throws DeadLetterNotFoundError
   */
  redrive(jobId: string, options?: ActOptions): Promise<void>;
  /**
   * Removes a dead letter for good; a redelivery of its event is then a new one.
   * @throws DeadLetterNotFoundError
   * @throws DiscardFailedError where the engine did not confirm the removal
   */
  discard(jobId: string, options?: ActOptions): Promise<void>;
  /** Who redrove and discarded what, newest first. @param limit default 50 */
  acts(limit?: number): Promise<readonly DeadLetterAct[]>;
}

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 1000;

/** The dead letters are BullMQ's failed jobs and nothing else: whatever way a job failed, it is here. */
export function createDeadLetters<Data>(
  access: EngineAccess<Data>,
  acts: DeadLetterActs,
  clock: Clock,
): DeadLetters<Data> {
  return {
    count: () => access.use(({ queue }) => queue.getJobCountByTypes('failed')),
    list: async ({ offset = 0, limit = DEFAULT_LIMIT } = {}) => {
      checkPage(offset, limit);
      return access.use((engine) => readPage(engine, offset, limit));
    },
    get: (jobId) =>
      access.use(async (engine) => {
        const job = await findDead(engine, jobId);
        return job === undefined ? undefined : detail(job);
      }),
    redrive: (jobId, options) =>
      access.use(async (engine) => {
        const job = await requireDead(engine, jobId);
        const act = describeAct(engine, job, 'redrive', options, clock);
        await reopen(job, act);
        await acts.record(engine, act);
      }),
    discard: (jobId, options) =>
      access.use(async (engine) => {
        const job = await requireDead(engine, jobId);
        await remove(engine, job, jobId);
        await acts.record(engine, describeAct(engine, job, 'discard', options, clock));
      }),
    acts: async (limit = DEFAULT_LIMIT) => {
      checkPage(0, limit);
      return access.use((engine) => acts.list(engine, limit));
    },
  };
}

async function readPage<Data>(
  { queue }: QueueEngine<Data>,
  offset: number,
  limit: number,
): Promise<DeadLetterPage> {
  const [jobs, total] = await Promise.all([
    queue.getJobs(['failed'], offset, offset + limit - 1, false),
    queue.getJobCountByTypes('failed'),
  ]);
  // A letter discarded while the page was read has no job any more.
  const items = jobs.filter((job) => job !== undefined && job !== null).map(summarise);
  return { items, total, nextOffset: offset + limit < total ? offset + limit : undefined };
}

async function findDead<Data>(
  { queue }: QueueEngine<Data>,
  jobId: string,
): Promise<EngineJob<Data> | undefined> {
  const job = await queue.getJob(jobId);
  return job !== undefined && (await job.isFailed()) ? job : undefined;
}

async function requireDead<Data>(engine: QueueEngine<Data>, jobId: string): Promise<EngineJob<Data>> {
  const job = await findDead(engine, jobId);
  if (job === undefined) throw new DeadLetterNotFoundError(engine.queue.name, jobId);
  return job;
}

function describeAct<Data>(
  { queue }: QueueEngine<Data>,
  job: EngineJob<Data>,
  act: DeadLetterAct['act'],
  { by = 'unknown' }: ActOptions = {},
  clock: Clock,
): DeadLetterAct {
  return { queue: queue.name, jobId: job.id ?? '', jobName: job.name, act, by, at: clock.wallTime() };
}

async function reopen<Data>(job: EngineJob<Data>, { by, at }: DeadLetterAct): Promise<void> {
  // Written before the job can run: a worker that parks it must not overwrite the count.
  await writeNotes(job, { parkedMs: 0, redrives: [...readNotes(job).redrives, { by, at }] });
  await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
}

async function remove<Data>(
  { queue }: QueueEngine<Data>,
  job: EngineJob<Data>,
  jobId: string,
): Promise<void> {
  try {
    await job.remove();
  } catch (error) {
    throw new DiscardFailedError(jobId, { cause: error });
  }
  if ((await queue.getJob(jobId)) !== undefined) throw new DiscardFailedError(jobId);
}

function checkPage(offset: number, limit: number): void {
  if (!Number.isInteger(offset) || offset < 0)
    throw new QueueOptionError('offset', `is ${offset}; it must be 0 or more.`);
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT) {
    throw new QueueOptionError('limit', `is ${limit}; it must be from 1 to ${LARGEST_LIMIT}.`);
  }
}

function summarise(job: Job): DeadLetterSummary {
  return {
    id: job.id ?? '',
    jobName: job.name,
    reason: job.failedReason,
    failureClass: readAttempt(job.stacktrace?.at(-1) ?? '').failureClass ?? 'stalled',
    failedAt: job.finishedOn ?? 0,
    enqueuedAt: job.timestamp,
    attempts: job.attemptsMade,
    stalls: job.stalledCounter,
    redrives: readNotes(job).redrives.length,
    carrier: readCarrier(job.opts.telemetry?.metadata),
  };
}

function detail<Data>(job: EngineJob<Data>): DeadLetter<Data> {
  const history = (job.stacktrace ?? []).map(readAttempt);
  return {
    ...summarise(job),
    data: job.data,
    stack: history.at(-1)?.stack ?? '',
    history,
    redriveLog: readNotes(job).redrives,
  };
}
