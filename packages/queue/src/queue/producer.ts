import { randomBytes } from 'node:crypto';
import { toCarrier } from '@holdfast/context';
import type { JobsOptions } from 'bullmq';
import { type EnqueueOperation, type EnqueueStatus, enqueueChannel } from '../channels.ts';
import type { EngineAccess } from '../engines/engine-access.ts';
import { QueueUnavailableError } from '../errors.ts';
import { writeMetadata } from '../job/job-metadata.ts';
import type { ResolvedOptions } from '../options.ts';

/** The delay of a retry is worked out by the worker, from the failure. */
const BACKOFF_TYPE = 'holdfast';

const PROCESS_TOKEN = randomBytes(9).toString('base64url');
let enqueues = 0;

/** Tells the enqueues of all processes apart; ended by a dot, so that none is the beginning of another. */
function nextToken(): string {
  enqueues += 1;
  return `${PROCESS_TOKEN}${enqueues.toString(36)}.`;
}

export interface JobToAdd<Data> {
  readonly jobId: string;
  readonly jobName: string;
  readonly data: Data;
  readonly priority: number;
}

export interface Producer<Data> {
  /**
   * Stores a job.
   * @param whenUnavailable may settle the operation in another way, once the engine is known to be unavailable
   * @throws QueueUnavailableError
   */
  add(
    job: JobToAdd<Data>,
    whenUnavailable?: (error: QueueUnavailableError) => Promise<EnqueueStatus>,
  ): Promise<EnqueueStatus>;
}

export function createProducer<Data>(access: EngineAccess<Data>, options: ResolvedOptions): Producer<Data> {
  const { queueName, engine, maxAttempts, clock } = options;
  const base: JobsOptions = { attempts: maxAttempts, backoff: { type: BACKOFF_TYPE } };

  async function store({ jobId, jobName, data, priority }: JobToAdd<Data>): Promise<EnqueueStatus> {
    const token = nextToken();
    const telemetry = { metadata: writeMetadata(toCarrier(), token), omitContext: true };
    const jobOptions = { ...base, jobId, priority, timestamp: clock.wallTime(), telemetry };
    const stored = await access.use((opened) =>
      opened.store({ jobId, jobName, data, options: jobOptions, token }),
    );
    // BullMQ drops an add whose id exists and does not say so: whose token is stored tells.
    return stored === false ? 'duplicate' : 'queued';
  }

  async function storeOrElse(
    job: JobToAdd<Data>,
    whenUnavailable: ((error: QueueUnavailableError) => Promise<EnqueueStatus>) | undefined,
  ): Promise<EnqueueStatus> {
    try {
      return await store(job);
    } catch (error) {
      if (whenUnavailable === undefined || !(error instanceof QueueUnavailableError)) throw error;
      return whenUnavailable(error);
    }
  }

  return {
    add: (job, whenUnavailable) => {
      if (!enqueueChannel.hasSubscribers) return storeOrElse(job, whenUnavailable);
      const { jobId, jobName } = job;
      const operation: EnqueueOperation = { queue: queueName, jobId, jobName, engine: engine.engine };
      return enqueueChannel.tracePromise(async () => {
        operation.status = await storeOrElse(job, whenUnavailable);
        return operation.status;
      }, operation);
    },
  };
}
