import type { PgPool } from 'bullmq';
import type { PostgresChoice } from './postgres-location.ts';

/** BullMQ keeps all queues of a database in this schema. */
const SCHEMA = 'bullmq';
/** deadlock_detected, serialization_failure: the server has undone the statement, and asks for it again. */
const UNDONE = new Set(['40P01', '40001']);
const MOST_ATTEMPTS = 10;

export type PoolClass = new (settings: object) => unknown;

/** A pool over which BullMQ runs each of its operations as one statement, which is a transaction of its own. */
export function createPool(Pool: PoolClass, { settings }: PostgresChoice, more: object): PgPool {
  const own = typeof settings['options'] === 'string' ? `${settings['options']} ` : '';
  const pool = new Pool({
    ...settings,
    ...more,
    keepAlive: true,
    options: `${own}-c search_path=${SCHEMA}`,
  }) as PgPool;
  // BullMQ listens to idle connections only. One that ends in the middle of a transaction tells of it here, and its
  // next statement fails.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.query = repeatUndone(pool.query.bind(pool) as Query);
  return pool;
}

type Query = PgPool['query'];

/**
 * Two statements that touch several jobs, such as those that find delayed jobs due, may wait for each other; the server
 * ends one of them. BullMQ would take that for a failure of the job.
 */
const repeatUndone =
  (query: Query): Query =>
  async (text, params) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await query(text, params);
      } catch (error) {
        if (attempt === MOST_ATTEMPTS || !UNDONE.has(String((error as { code?: unknown }).code))) throw error;
      }
    }
  };
