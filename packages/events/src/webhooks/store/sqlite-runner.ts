import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database, Statement } from 'better-sqlite3';
import { WebhookMissingPeerError } from '../errors.ts';
import type { SqlRow, SqlRunner, SqlStatement, SqlValue } from './sql-runner.ts';

const BUSY_TIMEOUT_MS = 5000;
/** Text that differs, such as that of filters, makes few statements; the limit is for what nobody thought of. */
const MAX_PREPARED = 200;
/** A transaction takes no more writes than this, so that a flood does not hold up the event loop. */
const LARGEST_GROUP = 500;

interface Write {
  readonly statements: readonly SqlStatement[];
  readonly durability: 'power' | 'process';
  readonly resolve: (changes: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A SQLite file or an open database, whose `synchronous` is left as it is. What is written in one turn of the event
 * loop is one transaction, and so one wait for the disk at most.
 * @param isFollowed whether others commit to the file with `FULL` after what is written here with durability `process`
 */
export async function openSqliteRunner(
  where: { file: string } | { db: Database },
  isFollowed: boolean,
): Promise<SqlRunner> {
  const db = 'db' in where ? where.db : await openFile(where.file);
  const prepared = new Map<string, Statement<SqlValue[], SqlRow>>();
  const pending: Write[] = [];
  let isScheduled = false;
  let isClosed = false;
  const isOwn = !('db' in where);
  let synchronous = 'FULL';

  function prepare(sql: string): Statement<SqlValue[], SqlRow> {
    let statement = prepared.get(sql);
    if (statement === undefined) {
      if (prepared.size >= MAX_PREPARED) prepared.clear();
      statement = db.prepare<SqlValue[], SqlRow>(sql);
      prepared.set(sql, statement);
    }
    return statement;
  }

  const run = ({ statements }: Write) =>
    statements.map(({ sql, values }) => prepare(sql).run(...values).changes);
  const runAll = db.transaction((writes: readonly Write[]) => writes.map(run));

  /** In WAL mode `NORMAL` leaves the wait for the disk to the next commit with `FULL`, also of another connection. */
  function setSynchronous(group: readonly Write[]): void {
    const wanted = group.some(({ durability }) => durability === 'power') ? 'FULL' : 'NORMAL';
    if (isOwn && isFollowed && synchronous !== wanted && !db.inTransaction) {
      db.pragma(`synchronous = ${wanted}`);
      synchronous = wanted;
    }
  }

  function flush(): void {
    isScheduled = false;
    const group = pending.splice(0, LARGEST_GROUP);
    try {
      setSynchronous(group);
      const changes = runAll.immediate(group);
      for (const [index, { resolve }] of group.entries()) resolve(changes[index] ?? []);
    } catch (error) {
      const [only] = group;
      if (group.length === 1) only?.reject(error);
      else for (const write of group) runAlone(write);
    }
    if (pending.length > 0) schedule();
  }

  /** One that fails must not take the others of its turn with it. */
  function runAlone(write: Write): void {
    try {
      write.resolve(runAll.immediate([write])[0] ?? []);
    } catch (error) {
      write.reject(error);
    }
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(flush);
  }

  return {
    integer: 'INTEGER',
    read: async ({ sql, values }) => prepare(sql).all(...values),
    write: (statements, durability = 'power') =>
      new Promise((resolve, reject) => {
        pending.push({ statements, durability, resolve, reject });
        schedule();
      }),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      while (pending.length > 0) flush();
      if (isOwn) db.close();
    },
  };
}

async function openFile(file: string): Promise<Database> {
  const { default: SqliteDatabase } = await import('better-sqlite3').catch((cause: unknown) => {
    throw new WebhookMissingPeerError('better-sqlite3', { cause });
  });
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new SqliteDatabase(file, { timeout: BUSY_TIMEOUT_MS });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  return db;
}
