import { randomBytes } from 'node:crypto';
import { remainingMs, toCarrier } from '@holdfast/context';
import type { JobsOptions } from 'bullmq';
import { type EnqueueOperation, type EnqueueStatus, enqueueChannel } from '../channels.ts';
import type { JobToStore } from '../engines/engine.ts';
import type { EngineAccess } from '../engines/engine-access.ts';
import { QueueUnavailableError } from '../errors.ts';
import { writeBackoff } from '../job/job-backoff.ts';
import { writeMetadata } from '../job/job-metadata.ts';
import type { BackoffOptions, ResolvedOptions } from '../options.ts';
import type { OutageSpool } from '../spool/outage-spool.ts';

/** What the engine may take of the time of an enqueue where something is to be done after it has failed. */
const SHARE_BEFORE_FALLBACK_RATIO = 0.8;

const PROCESS_TOKEN = randomBytes(9).toString('base64url');
let enqueues = 0;

/** Tells the enqueues of all processes apart; ended by a dot, so that none is the beginning of another. */
function nextToken(): string {
  enqueues += 1;
  return `${PROCESS_TOKEN}${enqueues.toString(36)}.`;
}

export interface JobToAdd {
  readonly jobId: string;
  readonly jobName: string;
  /** The data, as JSON. */
  readonly json: string;
  /** 0 for none, which goes before all that have one. */
  readonly priority: number;
  readonly delayMs?: number;
  readonly maxAttempts?: number;
  readonly backoff?: Required<BackoffOptions>;
}

export interface Producer {
  /**
   * Stores a job.
   * @param processDirectly does its work with `whenUnavailable: 'direct'`, within the ms that are left of the enqueue
   * @throws QueueUnavailableError, SpoolFullError, SpoolWriteError
   */
  add(job: JobToAdd, processDirectly?: (limitMs: number) => Promise<void>): Promise<EnqueueStatus>;
}

/** @param spool where `whenUnavailable` is `spool` */
export function createProducer<Data>(
  access: EngineAccess<Data>,
  spool: OutageSpool | undefined,
  options: ResolvedOptions,
): Producer {
  const { queueName, engine, maxAttempts, clock, whenUnavailable, enqueueTimeoutMs } = options;
  const shareRatio = whenUnavailable === 'throw' ? 1 : SHARE_BEFORE_FALLBACK_RATIO;
  const fallbackMs = enqueueTimeoutMs * (1 - SHARE_BEFORE_FALLBACK_RATIO);
  const queueBackoff = writeBackoff(undefined);

  function jobToStore(job: JobToAdd): JobToStore {
    const { jobId, jobName, json, priority, delayMs, backoff } = job;
    const token = nextToken();
    const jobOptions: JobsOptions = {
      attempts: job.maxAttempts ?? maxAttempts,
      backoff: backoff === undefined ? queueBackoff : writeBackoff(backoff),
      jobId,
      ...(priority > 0 && { priority }),
      ...(delayMs !== undefined && delayMs > 0 && { delay: delayMs }),
      timestamp: clock.wallTime(),
      telemetry: { metadata: writeMetadata(toCarrier(), token), omitContext: true },
    };
    return { jobId, jobName, json, options: jobOptions, token };
  }

  async function store(job: JobToStore): Promise<EnqueueStatus> {
    const stored = await access.use((opened) => opened.store(job), shareRatio);
    // BullMQ drops an add whose id exists and does not say so: whose token is stored tells.
    return stored === false ? 'duplicate' : 'queued';
  }

  async function keep(job: JobToStore, into: OutageSpool): Promise<EnqueueStatus> {
    return (await into.put(job)) ? 'spooled' : 'duplicate';
  }

  async function storeOrElse(
    job: JobToAdd,
    processDirectly: ((limitMs: number) => Promise<void>) | undefined,
  ): Promise<EnqueueStatus> {
    const toStore = jobToStore(job);
    const begunAt = clock.now();
    const isTooLate = remainingMs() === 0;
    try {
      // Before the first one is needed, so that a folder that cannot be written shows while the server is there.
      await spool?.open();
      const status = await store(toStore);
      spool?.serverAnswered();
      return status;
    } catch (error) {
      if (!(error instanceof QueueUnavailableError) || isTooLate) throw error;
      if (spool !== undefined) return keep(toStore, spool);
      if (whenUnavailable !== 'direct' || processDirectly === undefined) throw error;
      if (remainingMs() === 0) throw error;
      const leftMs = Math.max(fallbackMs, enqueueTimeoutMs - (clock.now() - begunAt));
      await processDirectly(Math.min(leftMs, remainingMs()));
      return 'processedDirectly';
    }
  }

  return {
    add: (job, processDirectly) => {
      if (!enqueueChannel.hasSubscribers) return storeOrElse(job, processDirectly);
      const { jobId, jobName } = job;
      const operation: EnqueueOperation = { queue: queueName, jobId, jobName, engine: engine.engine };
      return enqueueChannel.tracePromise(async () => {
        operation.status = await storeOrElse(job, processDirectly);
        return operation.status;
      }, operation);
    },
  };
}
