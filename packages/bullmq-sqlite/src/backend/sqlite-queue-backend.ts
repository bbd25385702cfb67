import type {
  FinishedStatus,
  IQueueBackend,
  JobJson,
  JobProgress,
  JobState,
  JobType,
  KeepJobs,
  MinimalJob,
  MoveToDelayedOpts,
  RetryJobOpts,
  RetryOptions,
  StreamReadRaw,
} from 'bullmq';
import type { Look } from '../database/blocking-wait.ts';
import { nextTurn } from '../database/next-turn.ts';
import { updateData, updateProgress } from '../jobs/job-fields.ts';
import * as getters from '../jobs/job-getters.ts';
import { addLog, clearLogs, readLogs } from '../jobs/job-logs.ts';
import { drainQueue } from '../jobs/remove-job.ts';
import * as requeue from '../jobs/requeue-job.ts';
import { STATE } from '../jobs/states.ts';
import { cleanJobs, obliterateQueue } from '../queue/clean-jobs.ts';
import { type EventCursor, type EventEntry, parseEventId } from '../queue/event-log.ts';
import { promoteJobs, reopenJobs } from '../queue/move-many.ts';
import { removeMeta, setMeta, setPaused } from '../queue/queue-meta.ts';
import { claimNext, type NextJob } from '../work/claim-job.ts';
import { finishJob, type Outcome } from '../work/finish-job.ts';
import { extendLock, extendLocks } from '../work/job-locks.ts';
import { readRetention } from '../work/retention.ts';
import { recoverStalledJobs } from '../work/stalled-jobs.ts';
import { ControlMembers } from './control-members.ts';
import type { SqliteQueueBackend as PublicBackend } from './public-backend.ts';
import { claimerOf, DEFAULT_MAX_STALLED_COUNT, DEFAULT_STALLED_INTERVAL_MS } from './worker-options.ts';

type KeepOption = boolean | number | KeepJobs | undefined;
type Fields = Record<string, unknown> | undefined;

/** BullMQ's backend contract on SQLite. Each member says what to do; the modules it calls do it. */
export class SqliteQueueBackend extends ControlMembers implements PublicBackend {
  /** Where `readEvents('$')` goes on, once it has been asked. */
  #eventEnd: EventCursor | undefined;

  /** QueueEvents calls this as it starts to listen: from here on no event is missed. */
  async setName(name: string): Promise<void> {
    this.register(name);
    this.#eventEnd ??= this.#endOfEvents();
  }

  forQueue(queueName: string, prefix?: string): IQueueBackend {
    const options = prefix === undefined ? this.options : { ...this.options, prefix };
    return new SqliteQueueBackend(this.database, queueName, options, false);
  }

  /** The job arrives a turn after its commit, so that whoever added it in the same transaction hears of that first. */
  async moveToActive(token: string, name?: string): Promise<NextJob> {
    const next = await this.claim((scope) => claimNext(scope, claimerOf(this.options, token, name)));
    await nextTurn();
    return next;
  }

  async moveToCompleted(
    job: Pick<MinimalJob, 'id' | 'opts'>,
    returnValue: unknown,
    removeOnComplete: KeepOption,
    token: string,
    fetchNext: boolean,
  ): Promise<{ result: NextJob | []; finishedOn: number }> {
    return this.#finish(job, token, fetchNext, {
      state: STATE.completed,
      value: JSON.stringify(returnValue) ?? 'null',
      stacktrace: undefined,
      retention: readRetention(removeOnComplete, this.options.removeOnComplete),
      attempts: job.opts.attempts ?? 0,
      metricsMinutes: this.options.metrics?.maxDataPoints,
    });
  }

  async moveToFailed(
    job: Pick<MinimalJob, 'id' | 'opts'>,
    failedReason: string | undefined,
    removeOnFail: KeepOption,
    token: string,
    fetchNext: boolean,
    fieldsToUpdate?: Fields,
  ): Promise<{ result: NextJob | []; finishedOn: number }> {
    return this.#finish(job, token, fetchNext, {
      state: STATE.failed,
      value: failedReason ?? 'null',
      stacktrace: textOf(fieldsToUpdate?.['stacktrace']) ?? undefined,
      retention: readRetention(removeOnFail, this.options.removeOnFail),
      attempts: job.opts.attempts ?? 0,
      metricsMinutes: this.options.metrics?.maxDataPoints,
    });
  }

  moveToDelayed(
    jobId: string,
    timestamp: number,
    delayMs: number,
    token = '0',
    opts: MoveToDelayedOpts = {},
  ): Promise<NextJob | []> {
    const delay = {
      from: timestamp,
      delayMs,
      token,
      spendAttempt: opts.skipAttempt !== true,
      trace: traceOf(opts.fieldsToUpdate),
    };
    const next = opts.fetchNext === true ? claimerOf(this.options, token) : undefined;
    return this.write((scope) => requeue.delayJob(scope, jobId, delay, next));
  }

  moveJobFromActiveToWait(jobId: string, token = '0'): Promise<number> {
    return this.write((scope) => requeue.returnJob(scope, jobId, token));
  }

  retryJob(jobId: string, lifo: boolean | undefined, token = '0', opts: RetryJobOpts = {}): Promise<void> {
    const trace = traceOf(opts.fieldsToUpdate);
    return this.write((scope) => requeue.retryJob(scope, jobId, endOf(lifo), token, trace));
  }

  retryFinishedJob(
    job: Pick<MinimalJob, 'id' | 'opts'>,
    state: FinishedStatus,
    opts: RetryOptions = {},
  ): Promise<void> {
    const reset = {
      attemptsMade: opts.resetAttemptsMade === true,
      attemptsStarted: opts.resetAttemptsStarted === true,
    };
    return this.write((scope) => requeue.reopenJob(scope, job.id ?? '', state, endOf(job.opts.lifo), reset));
  }

  promote(jobId: string): Promise<void> {
    return this.write((scope) => requeue.promoteJob(scope, jobId));
  }

  changeDelay(jobId: string, delayMs: number): Promise<void> {
    return this.write((scope) => requeue.changeDelay(scope, jobId, delayMs));
  }

  changePriority(jobId: string, priority = 0, lifo = false): Promise<void> {
    return this.write((scope) => requeue.changePriority(scope, jobId, priority, endOf(lifo)));
  }

  moveStalledJobsToWait(): Promise<string[]> {
    const { maxStalledCount = DEFAULT_MAX_STALLED_COUNT, stalledInterval = DEFAULT_STALLED_INTERVAL_MS } =
      this.options;
    return this.write((scope) => recoverStalledJobs(scope, maxStalledCount, stalledInterval));
  }

  retryFinishedJobs(
    state: FinishedStatus = 'failed',
    count = 1000,
    endedBy: number = Date.now(),
  ): Promise<number> {
    return this.write((scope) => (reopenJobs(scope, state, count, endedBy) < count ? 0 : 1));
  }

  promoteJobs(count = 1000): Promise<number> {
    return this.write((scope) => (promoteJobs(scope, count) < count ? 0 : 1));
  }

  pause(pause: boolean): Promise<void> {
    return this.write((scope) => setPaused(scope, pause));
  }

  drain(delayed: boolean): Promise<void> {
    return this.write((scope) => drainQueue(scope, delayed));
  }

  cleanJobsByState(state: string, timestamp: number, limit = 0): Promise<string[]> {
    return this.write((scope) => cleanJobs(scope, state, timestamp, limit));
  }

  obliterate({ force, count }: { force: boolean; count: number }): Promise<number> {
    return this.write((scope) => (obliterateQueue(scope, count, force) ? 0 : 1));
  }

  /** A job and its state are one row here, so that none can be orphaned. */
  async removeOrphanedJobs(): Promise<number> {
    return 0;
  }

  /** Left over by old versions of BullMQ on Redis; there is none here. */
  async removeDeprecatedPriorityKey(): Promise<number> {
    return 0;
  }

  extendLock(jobId: string, token: string, durationMs: number): Promise<number> {
    return this.claim((scope) => (extendLock(scope, jobId, token, durationMs) ? 1 : 0));
  }

  extendLocks(jobIds: string[], tokens: string[], durationMs: number): Promise<string[]> {
    return this.claim((scope) => extendLocks(scope, jobIds, tokens, durationMs));
  }

  async updateData(job: Pick<MinimalJob, 'id'>, data: unknown): Promise<void> {
    const text = JSON.stringify(data) ?? '{}';
    return this.write((scope) => updateData(scope, job.id ?? '', text));
  }

  updateProgress(jobId: string, progress: JobProgress): Promise<void> {
    return this.write((scope) => updateProgress(scope, jobId, progress));
  }

  addLog(jobId: string, logRow: string, keepLogs = 0): Promise<number> {
    return this.write((scope) => addLog(scope, jobId, logRow, keepLogs));
  }

  clearLogs(jobId: string, keepLogs = 0): Promise<void> {
    return this.write((scope) => clearLogs(scope, jobId, keepLogs));
  }

  getJobLogs(
    jobId: string,
    start: number,
    end: number,
    asc: boolean,
  ): Promise<{ logs: string[]; count: number }> {
    return this.read((scope) => readLogs(scope, jobId, start, end, asc));
  }

  getState(jobId: string): Promise<JobState | 'unknown'> {
    return this.read((scope) => getters.readState(scope, jobId));
  }

  isFinished(jobId: string, returnValue = false): Promise<number | [number, string]> {
    return this.read((scope) => {
      const outcome = getters.readOutcome(scope, jobId, this.toKey(jobId));
      return returnValue ? outcome : outcome[0];
    });
  }

  isMaxed(): Promise<boolean> {
    return this.read(({ record }) => record.isMaxed());
  }

  isJobInState(state: string, jobId: string): Promise<boolean> {
    return this.read((scope) => getters.isInState(scope, state, jobId));
  }

  getJobData(jobId: string): Promise<JobJson | undefined> {
    return this.read((scope) => getters.readJob(scope, jobId));
  }

  getCounts(types: JobType[], delayedTimestamp?: number): Promise<number[]> {
    return this.read((scope) => getters.readCounts(scope, types, delayedTimestamp));
  }

  getCountsPerPriority(priorities: number[]): Promise<number[]> {
    return this.read((scope) => getters.readCountsPerPriority(scope, priorities));
  }

  /** BullMQ's type says one-element lists; all of its backends give lists of any length. */
  getRanges(types: JobType[], start = 0, end = 1, asc = false): Promise<[string][]> {
    return this.read((scope) => getters.readRanges(scope, types, start, end, asc) as [string][]);
  }

  async setQueueMeta(values: Record<string, string | number>): Promise<number> {
    return this.write((scope) => setMeta(scope, values));
  }

  removeQueueMetaFields(fields: string[]): Promise<number> {
    return this.write((scope) => removeMeta(scope, fields));
  }

  getQueueMetaField(field: string): Promise<string | null> {
    return this.read(({ record }) => record.meta.get(field) ?? null);
  }

  getQueueMetaFields(fields: string[]): Promise<(string | null)[]> {
    return this.read(({ record }) => fields.map((field) => record.meta.get(field) ?? null));
  }

  getQueueMeta(): Promise<Record<string, string>> {
    return this.read(({ record }) => Object.fromEntries(record.meta));
  }

  hasQueueMetaField(field: string): Promise<boolean> {
    return this.read(({ record }) => record.meta.has(field));
  }

  trimEvents(maxLength: number): Promise<number> {
    return this.write(({ events, record }) => events.trim(record, maxLength));
  }

  publishEvent(fields: Record<string, string | number>): Promise<string> {
    return this.write(({ events, record }) => {
      const id = events.nextId(record);
      record.event(...Object.entries(fields).flatMap(([field, value]) => [field, String(value)]));
      return id;
    });
  }

  /** Events behind `id`; waits up to `blockTimeout` ms for the first one, for ever when it is 0. */
  async readEvents(id: string, blockTimeout: number): Promise<StreamReadRaw> {
    this.#eventEnd ??= id === '$' ? this.#endOfEvents() : undefined;
    const cursor = id === '$' ? (this.#eventEnd as EventCursor) : parseEventId(id);
    const look = (): Look<EventEntry[]> => {
      const { events, record } = this.peek();
      const found = events.after(record.ref, cursor);
      return found.length > 0 ? { found } : {};
    };
    const timeoutMs = blockTimeout > 0 ? blockTimeout : Number.POSITIVE_INFINITY;
    const found = await this.waits.wait(look, timeoutMs);
    return found === null ? null : [[this.keys['events'] ?? 'events', found]];
  }

  /** Waits up to `blockTimeout` seconds for a job that can be claimed; null also leads to a fetch. */
  waitForJob(blockTimeout: number): Promise<{ member: string; score: number } | null> {
    const look = (): Look<{ member: string; score: number }> => {
      const { record, now } = this.peek();
      if (record.hasClaimable()) return { found: { member: '0', score: 0 } };
      const due = record.nextDue();
      // Also while paused: a fetch then moves the job to waiting.
      return due <= now ? { found: { member: '1', score: 0 } } : { again: due };
    };
    return this.waits.wait(look, blockTimeout * 1000);
  }

  #finish(
    job: Pick<MinimalJob, 'id'>,
    token: string,
    fetchNext: boolean,
    outcome: Outcome,
  ): Promise<{ result: NextJob | []; finishedOn: number }> {
    const next = fetchNext && this.closing === undefined ? claimerOf(this.options, token) : undefined;
    return this.write((scope) => ({
      result: finishJob(scope, job.id ?? '', token, outcome, next),
      finishedOn: scope.now,
    }));
  }

  #endOfEvents(): EventCursor {
    const { events, record } = this.peek();
    return events.end(record.ref);
  }
}

function endOf(lifo: boolean | undefined): 'front' | 'back' {
  return lifo === true ? 'front' : 'back';
}

function traceOf(fields: Fields): requeue.AttemptTrace {
  return { failedReason: textOf(fields?.['failedReason']), stacktrace: textOf(fields?.['stacktrace']) };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
