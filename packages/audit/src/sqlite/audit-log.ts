import { type AuditReader, createReader } from '../audit-reader.ts';
import { type Change, type ChangeRow, rowOf } from '../change.ts';
import { publishRecorded } from '../channels.ts';
import { AuditOptionError } from '../errors.ts';
import { type Names, namesOf } from '../names.ts';
import { type AuditLogOptions, type ResolvedOptions, resolveOptions } from '../options.ts';
import { checkPrismaTransaction, type PrismaRawClient, type PrismaTx } from '../prisma-client.ts';
import type { ReadPort, Row } from '../reading/port.ts';
import { type Recorded, recordedFact } from '../recorded.ts';
import { type StampOptions, stampOf } from '../stamp.ts';
import type { SqliteDatabase, SqliteTx } from './database.ts';
import { migrationFor } from './migration.ts';
import { atomicallyOnPrisma, atomicallySync, runOnPrisma, runSync, storeError } from './steps.ts';
import { createWriter, type SqliteWriter } from './write.ts';

export interface SqliteAuditLogOptions extends AuditLogOptions {
  /** A better-sqlite3 connection: the log is read through it, and written where no transaction is given. */
  db?: SqliteDatabase;
  /** A Prisma client, for those who have no better-sqlite3 connection. The migration is run by its owner. */
  prisma?: PrismaRawClient;
}

/** A log in SQLite. With `{ db }` a change is written when `record` returns. */
export interface SqliteAuditLog extends AuditReader {
  /** Writes the change in the transaction that is open on `db`; where none is, in one of its own. */
  record(change: Change, tx?: SqliteTx): Recorded;
  /** Writes the change in the transaction of Prisma. */
  record(change: Change, tx: PrismaTx): Promise<Recorded>;
  /**
   * Runs `fn` in a transaction and tells the triggers who is at work for as long as it lasts.
   * @throws AuditOptionError when `fn` is async: a better-sqlite3 transaction is synchronous
   */
  captureAs<T>(tx: SqliteTx, fn: () => T, who?: StampOptions): T;
  captureAs<T>(tx: PrismaTx, fn: () => Promise<T>, who?: StampOptions): Promise<T>;
  /** Takes captured changes into the chain; `record` does it as well. @returns how many there were */
  seal(): Promise<number>;
}

/**
 * A log of changes in SQLite; with `db` its tables are made here.
 * @example const audit = createAuditLog({ db });
 * @throws AuditOptionError
 */
export function createAuditLog(options: SqliteAuditLogOptions): SqliteAuditLog {
  const { db, prisma, ...rest } = options;
  if ((db === undefined) === (prisma === undefined)) {
    throw new AuditOptionError(
      'db',
      'Give either db, a better-sqlite3 connection, or prisma, a Prisma client.',
    );
  }
  const resolved = resolveOptions(rest);
  if (db !== undefined) runMigration(db, resolved);
  const names = namesOf(resolved.table);
  const port = portOf(names, db, prisma);
  return {
    ...createReader(port, resolved),
    ...writerOf(resolved, createWriter(names, resolved.chain), db, prisma),
  };
}

function runMigration(db: SqliteDatabase, resolved: ResolvedOptions): void {
  const { table, ids, chain } = resolved;
  try {
    db.exec(migrationFor({ table, ids, chain }));
  } catch (error) {
    throw storeError('make the tables', error);
  }
}

function writerOf(
  options: ResolvedOptions,
  writer: SqliteWriter,
  own: SqliteDatabase | undefined,
  ownPrisma: PrismaRawClient | undefined,
): Pick<SqliteAuditLog, 'record' | 'captureAs' | 'seal'> {
  function record(change: Change, tx?: SqliteTx): Recorded;
  function record(change: Change, tx: PrismaTx): Promise<Recorded>;
  function record(change: Change, tx?: SqliteTx | PrismaTx): Recorded | Promise<Recorded> {
    const row = rowOf(change, options);
    const published = (): Recorded => {
      publishRecorded(() => recordedFact(options.table, row));
      return { id: row.id };
    };
    if (tx !== undefined && 'prisma' in tx) {
      return recordOnPrisma(tx, writer, row).then(() => published());
    }
    const db = tx?.db ?? own;
    if (db === undefined) {
      throw new AuditOptionError(
        'prisma',
        'record: a log made with prisma writes in a transaction; give { prisma: tx }.',
      );
    }
    atomicallySync(db, () => runSync(db, 'record the change', writer.insert(row)));
    return published();
  }

  function captureAs<T>(tx: SqliteTx, fn: () => T, who?: StampOptions): T;
  function captureAs<T>(tx: PrismaTx, fn: () => Promise<T>, who?: StampOptions): Promise<T>;
  function captureAs<T>(tx: SqliteTx | PrismaTx, fn: () => T, who: StampOptions = {}): T | Promise<T> {
    const stamp = stampOf(who, options);
    if ('prisma' in tx) {
      checkPrismaTransaction(tx);
      const { prisma } = tx;
      return atomicallyOnPrisma(prisma, async () => {
        const previous = await runOnPrisma(prisma, 'read the session', writer.readStamp());
        await runOnPrisma(prisma, 'tell who is at work', writer.stamp(stamp));
        const value = await fn();
        await runOnPrisma(prisma, 'take the captured changes', writer.seal());
        await runOnPrisma(prisma, 'clear the session', writer.restoreStamp(previous));
        return value;
      });
    }
    const { db } = tx;
    return atomicallySync(db, () => {
      const previous = runSync(db, 'read the session', writer.readStamp());
      runSync(db, 'tell who is at work', writer.stamp(stamp));
      const value = fn();
      refusePromise(value);
      runSync(db, 'take the captured changes', writer.seal());
      runSync(db, 'clear the session', writer.restoreStamp(previous));
      return value;
    });
  }

  return {
    record,
    captureAs,
    seal: async () => {
      if (own !== undefined) return atomicallySync(own, () => runSync(own, 'seal', writer.seal()));
      if (ownPrisma === undefined || !hasTransactions(ownPrisma)) return 0;
      return ownPrisma.$transaction((prisma) => runOnPrisma(prisma, 'seal', writer.seal()));
    },
  };
}

interface WithTransactions {
  $transaction<T>(work: (tx: PrismaRawClient) => Promise<T>): Promise<T>;
}

function hasTransactions(prisma: PrismaRawClient): prisma is PrismaRawClient & WithTransactions {
  return '$transaction' in prisma;
}

async function recordOnPrisma(tx: PrismaTx, writer: SqliteWriter, row: ChangeRow): Promise<void> {
  checkPrismaTransaction(tx);
  const { prisma } = tx;
  await atomicallyOnPrisma(prisma, () => runOnPrisma(prisma, 'record the change', writer.insert(row)));
}

function refusePromise(value: unknown): void {
  if (typeof value !== 'object' || value === null || !('then' in value)) return;
  if (value instanceof Promise) value.catch(() => undefined);
  throw new AuditOptionError(
    'fn',
    'captureAs() was given an async function with { db }. A better-sqlite3 transaction is synchronous: write in a plain function.',
  );
}

function portOf(names: Names, db: SqliteDatabase | undefined, prisma: PrismaRawClient | undefined): ReadPort {
  return {
    names,
    jsonText: (expression) => expression,
    timeText: (expression) => expression,
    cast: (parameter, type) => (type === 'integer' ? `CAST(${parameter} AS INTEGER)` : parameter),
    placeholder: () => '?',
    async all(sql, values) {
      try {
        if (db !== undefined) return db.prepare(sql).all(...values) as Row[];
        return ((await prisma?.$queryRawUnsafe(sql, ...values)) ?? []) as Row[];
      } catch (error) {
        throw storeError('read the audit log', error);
      }
    },
  };
}
