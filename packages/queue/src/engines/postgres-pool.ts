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
  intercept(pool, repeatUndone);
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
        if (attempt === MOST_ATTEMPTS || !UNDONE.has(fieldsOf(error).code)) throw error;
      }
    }
  };

/**
 * Lets a worker wait for a connection that was lost as it waits for a server that is away: BullMQ repeats what it had
 * to say of a job, instead of taking the loss for a failure of the job.
 */
export function waitForLost(pool: PgPool, lost: (message: string, cause: unknown) => Error): void {
  intercept(pool, (query) => async (text, params) => {
    try {
      return await query(text, params);
    } catch (error) {
      if (!isLoss(error)) throw error;
      throw lost(fieldsOf(error).message, error);
    }
  });
}

function intercept(pool: PgPool, around: (query: Query) => Query): void {
  pool.query = around(pool.query.bind(pool) as Query);
}

/** Connection exceptions, a server that ends or is starting, and what node-postgres and the socket say themselves. */
function isLoss(error: unknown): boolean {
  const { code, message } = fieldsOf(error);
  if (/^[0-9A-Z]{5}$/.test(code)) return /^08|^57P0[1-3]$/.test(code);
  return /ECONNRESET|EPIPE|ETIMEDOUT/.test(code) || /Connection terminated|not queryable/.test(message);
}

function fieldsOf(error: unknown): { code: string; message: string } {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return { code, message };
}
