import { createWebhookQueue, type WebhookQueue } from '@holdfast/queue';

export type Engine = 'sqlite' | 'redis';

/** What the processes of a proof are told by their environment. */
export interface WorkloadSettings {
  readonly engine: Engine;
  /** Of the queue's file and of the effects. */
  readonly folder: string;
  /** Where Redis is; unused on SQLite. */
  readonly redisUrl: string;
  readonly seed: number;
}

const VARIABLE = 'HOLDFAST_PROOF';

/** Short, so that the jobs of a killed worker come back within a round or two. */
const LOCK_DURATION_MS = 2_000;
const STALLED_INTERVAL_MS = 500;
/** The proof kills workers far more often than a day in production does; no job may be given up for it. */
const MAX_STALLS = 1_000;
const MAX_RETRIES = 100;

export function toEnvironment(settings: WorkloadSettings): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(settings) };
}

export function fromEnvironment(): WorkloadSettings {
  return JSON.parse(process.env[VARIABLE] ?? '{}') as WorkloadSettings;
}

export function openQueue({ engine, folder, redisUrl }: WorkloadSettings): WebhookQueue {
  return createWebhookQueue({
    queueName: 'proof',
    ...(engine === 'redis' ? { connection: { url: redisUrl } } : { backend: { file: `${folder}/queue.db` } }),
    concurrency: 10,
    maxRetries: MAX_RETRIES,
    backoff: { initialDelayMs: 20, maxDelayMs: 200 },
    lockDurationMs: LOCK_DURATION_MS,
    stalledIntervalMs: STALLED_INTERVAL_MS,
    maxStalls: MAX_STALLS,
    onError: () => undefined,
  });
}
