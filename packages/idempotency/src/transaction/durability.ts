import { NotDurableError } from '../errors.ts';
import type { SqlTx } from './sql-tx.ts';
import { readScalar, type SqliteDatabase } from './sqlite-database.ts';

const FULL = 2;
const SYNCHRONOUS_NAMES = ['OFF', 'NORMAL', 'FULL', 'EXTRA'];
const ATOMIC_JOURNALS = new Set(['wal', 'delete', 'truncate', 'persist']);

const FILE = "SELECT file FROM pragma_database_list WHERE name = 'main'";
const JOURNAL = 'PRAGMA journal_mode';
const SYNCHRONOUS = 'PRAGMA synchronous';

/**
 * A queue marks its job as done once the effect is committed. Were that commit undone by a power loss, the job
 * would not come again: what is reported must be on the disk.
 * @throws NotDurableError
 * @see https://www.sqlite.org/pragma.html#pragma_synchronous
 */
export function checkDurable(db: SqliteDatabase): void {
  refuseWeak(readScalar(db, FILE), readScalar(db, JOURNAL), readScalar(db, SYNCHRONOUS));
}

/** The same through Prisma, which has a connection of its own. */
export async function checkDurableTx(sql: SqlTx): Promise<void> {
  refuseWeak(await sql.read(FILE), await sql.read(JOURNAL), await sql.read(SYNCHRONOUS));
}

function refuseWeak(file: unknown, journal: unknown, synchronous: unknown): void {
  if (file === '' || file === null) return;
  if (!ATOMIC_JOURNALS.has(String(journal)))
    throw new NotDurableError('journal_mode', String(journal), "db.pragma('journal_mode = WAL')");
  const level = Number(synchronous);
  if (level >= FULL) return;
  const name = SYNCHRONOUS_NAMES[level] ?? String(level);
  throw new NotDurableError('synchronous', name, "db.pragma('synchronous = FULL')");
}
