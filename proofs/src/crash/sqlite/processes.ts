/** What the processes of the crash proof on SQLite share: the queue, and how they are told what to do. */
import {
  createSqliteBackend,
  type SqliteConnectionOptions,
  type SqliteQueueBackend,
} from '@holdfast/bullmq-sqlite';
import { type BackendClasses, withBackend } from 'bullmq';

export const QUEUE = 'crash';

/** Long enough for a live worker on a busy machine to renew in, short enough to be waited for at the end. */
export const LOCK_DURATION_MS = 4_000;
export const STALLED_INTERVAL_MS = 500;
/** The proof kills far more often than a day in production does; no job may be given up for it. */
export const MAX_STALLS = 1_000_000;
/** The verdict reads the whole log of events, so none may be trimmed. */
const KEPT_EVENTS = 1_000_000_000;

const FILE = 'HOLDFAST_PROOF_FILE';
const SEED = 'HOLDFAST_PROOF_SEED';

export interface ProcessSettings {
  readonly file: string;
  /** Distinguishes the jobs of a process from all others. */
  readonly seed: number;
}

export function toEnvironment({ file, seed }: ProcessSettings): Record<string, string> {
  return { [FILE]: file, [SEED]: String(seed) };
}

export function fromEnvironment(): ProcessSettings {
  return { file: process.env[FILE] ?? '', seed: Number(process.env[SEED]) };
}

export const sqlite: BackendClasses<SqliteQueueBackend, SqliteConnectionOptions> =
  withBackend(createSqliteBackend);

export function openQueue(file: string): InstanceType<typeof sqlite.Queue> {
  return new sqlite.Queue(QUEUE, { connection: { file }, streams: { events: { maxLen: KEPT_EVENTS } } });
}
