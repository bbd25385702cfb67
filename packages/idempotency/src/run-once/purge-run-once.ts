import { IdempotencyError, IdempotencyStoreError } from '../errors.ts';
import type { PurgeResult } from '../stores/store.ts';
import type { SqliteTx } from '../transaction/sqlite-database.ts';
import { connectionOf } from './connection.ts';
import { type PurgeRunOnceOptions, resolvePurge } from './options.ts';

/**
 * Removes the oldest records of `runOnce` of the given age, at most `limit` of them, in one short transaction, so that neither
 * other writers nor the event loop wait long. Call it again, after a turn of the event loop, while `more` is true.
 * An event that comes again after its record was removed runs again: keep records longer than anything can be
 * redelivered or redriven.
 * @throws IdempotencyOptionError
 * @throws IdempotencyStoreError when SQLite refuses
 */
export function purgeRunOnce(tx: SqliteTx, options: PurgeRunOnceOptions): PurgeResult {
  const { olderThanMs, limit, scope, clock } = resolvePurge(options);
  try {
    const removed = connectionOf(tx.db).removeOlder(clock.wallTime() - olderThanMs, scope, limit);
    return { removed, more: removed === limit };
  } catch (error) {
    if (error instanceof IdempotencyError) throw error;
    throw new IdempotencyStoreError('purge the run-once records', error);
  }
}
