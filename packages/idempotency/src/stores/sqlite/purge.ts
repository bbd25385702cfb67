import type { Clock } from '@holdfast/context/clock';
import {
  readScalar,
  type SqliteDatabase,
  type SqliteStatement,
  scalarOf,
} from '../../transaction/sqlite-database.ts';
import type { PurgeResult } from '../store.ts';

/** Ends a batch early where records are large or the disk is slow: requests wait for the whole of it. */
const LONGEST_BATCH_MS = 3;
/** Most records that are removed between two looks at the clock. */
const LARGEST_STEP = 16;

const PURGE = `DELETE FROM holdfast_idempotency WHERE rowid IN
  (SELECT rowid FROM holdfast_idempotency WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`;

/** As a table: a `PRAGMA` that is prepared once may answer what it was when it was prepared. */
const LEVEL = 'SELECT synchronous FROM pragma_synchronous';

/** Removes records past their TTL from one connection, at most `limit` of them and for a few milliseconds. */
export type PurgeBatch = (limit: number, clock: Clock) => PurgeResult;

export function preparePurge(db: SqliteDatabase): PurgeBatch {
  const remove = db.prepare(PURGE);
  const level = db.prepare(LEVEL);
  return (limit, clock) =>
    db.inTransaction
      ? removeSome(remove, limit, clock)
      : withoutDisk(db, level, () => inTransaction(db, () => removeSome(remove, limit, clock)));
}

/**
 * One record, then one, two, four: a step is never larger than all before it together, so that records which turn out
 * to be large, or a disk that turns out to be slow, are noticed after the first of them.
 */
function removeSome(remove: SqliteStatement, limit: number, clock: Clock): PurgeResult {
  const now = clock.wallTime();
  const endsAt = clock.now() + LONGEST_BATCH_MS;
  let removed = 0;
  while (removed < limit) {
    const step = Math.min(Math.max(1, removed), LARGEST_STEP, limit - removed);
    const { changes } = remove.run(now, step);
    removed += changes;
    if (changes < step) return { removed, more: false };
    if (clock.now() >= endsAt) break;
  }
  return { removed, more: true };
}

function inTransaction<T>(db: SqliteDatabase, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const value = work();
    db.exec('COMMIT');
    return value;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/**
 * A purge that a power loss undoes is done again by the next one, so it need not wait for the disk: neither at its
 * commit nor for a checkpoint, which a worker thread makes (`checkpoints.ts`). Only the first commit after a checkpoint
 * syncs, since the log begins anew there. Nothing else runs on this connection before its settings are back; commits of
 * others bring their own. They are read each time, since the connection may be the application's; as few statements as
 * possible are made for it, because the garbage collector stops the loop to take them back.
 */
function withoutDisk<T>(db: SqliteDatabase, levelOf: SqliteStatement, work: () => T): T {
  const level = Number(scalarOf(levelOf));
  const checkpointPages = Number(readScalar(db, 'PRAGMA wal_autocheckpoint'));
  db.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0');
  try {
    return work();
  } finally {
    db.exec(`PRAGMA synchronous = ${level}; PRAGMA wal_autocheckpoint = ${checkpointPages}`);
  }
}
