import { createWebhookQueue, type WebhookQueue, type WebhookQueueOptions } from '@holdfast/queue';

export type Engine = 'sqlite' | 'redis' | 'cluster' | 'postgres';

/** What the processes of a proof are told by their environment. */
export interface WorkloadSettings {
  readonly engine: Engine;
  /** Of the queue's file, of the spool and of the effects. */
  readonly folder: string;
  /** Of the queue's file and of the spool, where they are to be elsewhere. */
  readonly diskFolder?: string;
  /** A file that says by how many milliseconds the wall clock of the processes is moved. */
  readonly clockFile?: string;
  /** Where Redis or PostgreSQL is, or the nodes of a Cluster divided by commas; unused on SQLite. */
  readonly redisUrl: string;
  /** Whether the producer keeps on disk what the server cannot take. Default false. */
  readonly spool?: boolean;
  /** How many jobs the spool may hold. */
  readonly spoolMaxJobs?: number;
  readonly seed: number;
}

const MOVED_CLOCK = new URL('./moved-clock.ts', import.meta.url);
const VARIABLE = 'HOLDFAST_PROOF';

/** Short, so that the jobs of a killed worker come back within a round or two. */
const LOCK_DURATION_MS = 2_000;
const STALLED_INTERVAL_MS = 500;
/** The proof kills workers far more often than a day in production does; no job may be given up for it. */
const MAX_STALLS = 1_000;
const MAX_RETRIES = 100;

export function toEnvironment(settings: WorkloadSettings): Record<string, string> {
  const { clockFile } = settings;
  return {
    [VARIABLE]: JSON.stringify(settings),
    ...(clockFile !== undefined && {
      HOLDFAST_PROOF_CLOCK: clockFile,
      NODE_OPTIONS: `--import=${MOVED_CLOCK.href}`,
    }),
  };
}

export function fromEnvironment(): WorkloadSettings {
  return JSON.parse(process.env[VARIABLE] ?? '{}') as WorkloadSettings;
}

export function openQueue(settings: WorkloadSettings): WebhookQueue {
  const { engine, redisUrl, spool, spoolMaxJobs } = settings;
  const folder = settings.diskFolder ?? settings.folder;
  const spooling = {
    whenUnavailable: 'spool',
    spool: { folder: `${folder}/spool`, ...(spoolMaxJobs !== undefined && { maxJobs: spoolMaxJobs }) },
  } as const;
  return createWebhookQueue({
    queueName: 'proof',
    ...whereOf(engine, folder, redisUrl),
    ...(spool === true && spooling),
    concurrency: 10,
    maxRetries: MAX_RETRIES,
    backoff: { initialDelayMs: 20, maxDelayMs: 200 },
    lockDurationMs: LOCK_DURATION_MS,
    stalledIntervalMs: STALLED_INTERVAL_MS,
    maxStalls: MAX_STALLS,
    onError: () => undefined,
  });
}

function whereOf(
  engine: Engine,
  folder: string,
  url: string,
): Pick<WebhookQueueOptions, 'connection' | 'backend'> {
  switch (engine) {
    case 'sqlite':
      return { backend: { file: `${folder}/queue.db` } };
    case 'redis':
      return { connection: { url } };
    case 'cluster':
      return { connection: { cluster: url.split(',') } };
    case 'postgres':
      return { backend: { postgres: { url } } };
  }
}
