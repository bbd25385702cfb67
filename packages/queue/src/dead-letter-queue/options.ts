import type { Clock } from '@holdfast/context/clock';
import type { LetterDatabase, LetterPgClient, LetterRedisClient } from './clients.ts';

export interface DeadLetterQueueOptions {
  /** Redis, by its address: `redis://` or `rediss://`. */
  redisUrl?: string | undefined;
  /** Redis, by an ioredis client or Cluster, which stays yours to close. */
  client?: LetterRedisClient;
  /**
   * SQLite with `{ file }` or `{ db }`, PostgreSQL with `{ postgres: { url } }` or `{ postgres: a pg Pool }`. Default,
   * where neither `redisUrl` nor `client` is given: `dead-letters.db` in `HOLDFAST_DATA_DIR` or `./.holdfast`.
   */
  backend?: { file: string } | { db: LetterDatabase } | { postgres: { url: string } | LetterPgClient };
  /** What the keys begin with in Redis, and what sets two queues in one database apart. Default `dlq:`. */
  queuePrefix?: string;
  /** Letters older than this are removed. Default 30. */
  maxAgeDays?: number;
  /** How long a letter is its taker's after `dequeue`; then another may take it. Default 300000, five minutes. */
  claimMs?: number;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

export interface DeadLetterQueueDefaults {
  readonly queuePrefix: string;
  readonly maxAgeDays: number;
  readonly claimMs: number;
}

/** Every default of a `DeadLetterQueue`. */
export const DEAD_LETTER_QUEUE_DEFAULTS: DeadLetterQueueDefaults = Object.freeze({
  queuePrefix: 'dlq:',
  maxAgeDays: 30,
  claimMs: 300_000,
});
