import { connectionOf } from './connection.ts';
import { IdempotencyError, IdempotencyStoreError } from './errors.ts';
import { type PurgeOptions, resolvePurge } from './options.ts';
import type { SqliteTx } from './sqlite-database.ts';

export interface PurgeResult {
  /** Records removed by this call. */
  readonly deleted: number;
  /** Whether the limit was reached, so that there may be more to remove. */
  readonly more: boolean;
}

/**
 * Removes the oldest records of the given age, at most `limit` of them, in one short transaction, so that neither
 * other writers nor the event loop wait long. Call it again, after a turn of the event loop, while `more` is true.
 * An event that comes again after its record was removed runs again: keep records longer than anything can be
 * redelivered or redriven.
 * @throws IdempotencyOptionError
 * @throws IdempotencyStoreError when SQLite refuses
 */
export function purge(tx: SqliteTx, options: PurgeOptions): PurgeResult {
  const { olderThanMs, limit, scope, clock } = resolvePurge(options);
  try {
    const deleted = connectionOf(tx.db).removeOlder(clock.wallTime() - olderThanMs, scope, limit);
    return { deleted, more: deleted === limit };
  } catch (error) {
    if (error instanceof IdempotencyError) throw error;
    throw new IdempotencyStoreError('purge the run-once records', error);
  }
}
