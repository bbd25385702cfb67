import { QueueOptionError } from '../errors.ts';
import { type ActParts, actOnLetter, findDead } from './act-on-letter.ts';
import { actOnMany, type BulkOptions, type BulkParts, type BulkResult } from './bulk.ts';
import type { BulkRun, BulkRuns } from './bulk-runs.ts';
import { currentActor } from './current-actor.ts';
import { type DeadLetter, detail } from './dead-letter.ts';
import type { ActFilter, RecordedAct } from './dead-letter-acts.ts';
import { type ExpiryResult, expireLetters, expiryTime } from './expiry.ts';
import { type DeadLetterGroups, groupLetters } from './groups.ts';
import {
  checkLimit,
  DEFAULT_LIMIT,
  type DeadLetterPage,
  type DeadLetterPageRequest,
  readPage,
} from './page.ts';

export interface ActOptions {
  /** Who asks for it. Default the user id of the current context, or `unknown`. */
  by?: string;
}

export interface ExpiryOptions {
  /** Letters that died so many days ago, or earlier; 0 or more. */
  maxAgeDays: number;
  /** So many at most, 1 to 1000. Default 500. */
  limit?: number;
}

/** Each call takes `enqueueTimeoutMs` at most; one that reads or changes many letters takes it for each chunk of them. */
export interface DeadLetters<Data> {
  /** All that are dead now, whatever the filter of a list says. */
  count(): Promise<number>;
  /** @throws QueueOptionError */
  list(request?: DeadLetterPageRequest): Promise<DeadLetterPage>;
  /** How many died of which failure. Reads every dead letter once. */
  groups(): Promise<DeadLetterGroups>;
  /** @returns undefined where no letter has this id, as after a redrive */
  get(jobId: string): Promise<DeadLetter<Data> | undefined>;
  /**
   * Runs a dead letter again, with all its attempts, under its old id, priority and trace.
   * @throws DeadLetterNotFoundError
   * @throws DeadLetterBusyError where another redrive or discard of it is under way
   */
  redrive(jobId: string, options?: ActOptions): Promise<void>;
  /**
   * Redrives what a filter means, the oldest first, each death once.
   * @throws QueueOptionError
   * @throws BulkActInterruptedError where the engine failed; it can be resumed
   */
  redriveAll(options?: BulkOptions): Promise<BulkResult>;
  /**
   * Removes a dead letter for good; a redelivery of its event is then a new one.
   * @throws DeadLetterNotFoundError
   * @throws DeadLetterBusyError where another redrive or discard of it is under way
   * @throws DiscardFailedError where the engine did not confirm the removal
   */
  discard(jobId: string, options?: ActOptions): Promise<void>;
  /**
   * Removes what a filter means for good.
   * @throws QueueOptionError
   * @throws BulkActInterruptedError where the engine failed; it can be resumed
   */
  discardAll(options?: BulkOptions): Promise<BulkResult>;
  /** Removes the oldest of the letters that are too old; call it again while there is `more`. */
  expire(options: ExpiryOptions): Promise<ExpiryResult>;
  /** Who redrove, discarded and expired what, newest first. */
  acts(filter?: ActFilter): Promise<readonly RecordedAct[]>;
  /** Redrives and discards of many, newest first: one without `endedAt` can be resumed. @param limit default 50 */
  runs(limit?: number): Promise<readonly BulkRun[]>;
}

const DAY_MS = 86_400_000;
const EXPIRY_LIMIT = 500;

/** The dead letters are BullMQ's failed jobs and nothing else: whatever way a job failed, it is here. */
export function createDeadLetters<Data>(parts: ActParts<Data>, runs: BulkRuns): DeadLetters<Data> {
  const { access, acts, clock } = parts;
  const bulk: BulkParts<Data> = { ...parts, runs };
  const actOn = (jobId: string, act: 'redrive' | 'discard', { by = currentActor() }: ActOptions = {}) =>
    actOnLetter(parts, jobId, { act, by });
  return {
    count: () => access.use(({ queue }) => queue.getJobCountByTypes('failed')),
    list: (request) => readPage(access, request),
    groups: () => groupLetters(access),
    get: (jobId) =>
      access.use(async (engine) => {
        const job = await findDead(engine, jobId);
        return job === undefined ? undefined : detail(job);
      }),
    redrive: (jobId, options) => actOn(jobId, 'redrive', options),
    redriveAll: (options) => actOnMany(bulk, 'redrive', options),
    discard: (jobId, options) => actOn(jobId, 'discard', options),
    discardAll: (options) => actOnMany(bulk, 'discard', options),
    expire: async ({ maxAgeDays, limit = EXPIRY_LIMIT }) => {
      checkLimit(limit);
      if (!(maxAgeDays >= 0)) {
        throw new QueueOptionError('maxAgeDays', `is ${maxAgeDays}; it must be 0 or more.`);
      }
      return expireLetters(parts, expiryTime(clock, maxAgeDays * DAY_MS), limit);
    },
    acts: async ({ limit = DEFAULT_LIMIT, ...filter } = {}) => {
      checkLimit(limit);
      return access.use((engine) => acts.list(engine, { ...filter, limit }));
    },
    runs: async (limit = DEFAULT_LIMIT) => {
      checkLimit(limit);
      return access.use((engine) => runs.list(engine, limit));
    },
  };
}
