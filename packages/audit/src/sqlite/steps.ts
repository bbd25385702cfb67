import { AuditError, AuditStoreError } from '../errors.ts';
import { driverErrorOf, type PrismaRawClient } from '../prisma-client.ts';
import type { Row } from '../reading/port.ts';
import type { SqliteDatabase, SqliteStatement } from './database.ts';

/** One statement of a piece of work that is written once and run on a synchronous or an asynchronous client. */
export interface Step {
  readonly sql: string;
  readonly values: readonly unknown[];
  /** Whether it gives rows. */
  readonly reads: boolean;
}

export type Steps<T> = Generator<Step, T, readonly Row[]>;

export function* read(sql: string, ...values: unknown[]): Steps<readonly Row[]> {
  return yield { sql, values, reads: true };
}

export function* write(sql: string, ...values: unknown[]): Steps<void> {
  yield { sql, values, reads: false };
}

const prepared = new WeakMap<SqliteDatabase, Map<string, SqliteStatement>>();

export function runSync<T>(db: SqliteDatabase, doing: string, steps: Steps<T>): T {
  try {
    let next = steps.next();
    while (next.done !== true) {
      next = steps.next(runStep(db, next.value));
    }
    return next.value;
  } catch (error) {
    throw storeError(doing, error);
  }
}

function runStep(db: SqliteDatabase, { sql, values, reads }: Step): readonly Row[] {
  const statement = prepare(db, sql);
  if (reads) return statement.all(...values) as Row[];
  statement.run(...values);
  return [];
}

export async function runOnPrisma<T>(prisma: PrismaRawClient, doing: string, steps: Steps<T>): Promise<T> {
  try {
    let next = steps.next();
    while (next.done !== true) {
      const { sql, values, reads } = next.value;
      if (reads) {
        next = steps.next((await prisma.$queryRawUnsafe(sql, ...values)) as Row[]);
      } else {
        await prisma.$executeRawUnsafe(sql, ...values);
        next = steps.next([]);
      }
    }
    return next.value;
  } catch (error) {
    throw storeError(doing, error);
  }
}

/** What throws inside the transaction of the caller leaves it as it was before. */
export function atomicallySync<T>(db: SqliteDatabase, work: () => T): T {
  const nested = db.inTransaction;
  begin(db, nested);
  try {
    const result = work();
    runSync(db, 'commit', write(nested ? 'RELEASE holdfast_audit' : 'COMMIT'));
    return result;
  } catch (error) {
    // Some failures of SQLite end the whole transaction; then there is nothing left to undo.
    if (db.inTransaction) db.exec(nested ? 'ROLLBACK TO holdfast_audit; RELEASE holdfast_audit' : 'ROLLBACK');
    throw error;
  }
}

function begin(db: SqliteDatabase, nested: boolean): void {
  runSync(db, 'begin', write(nested ? 'SAVEPOINT holdfast_audit' : 'BEGIN IMMEDIATE'));
}

export async function atomicallyOnPrisma<T>(prisma: PrismaRawClient, work: () => Promise<T>): Promise<T> {
  await runOnPrisma(prisma, 'set a savepoint', write('SAVEPOINT holdfast_audit'));
  try {
    const result = await work();
    await runOnPrisma(prisma, 'release its savepoint', write('RELEASE holdfast_audit'));
    return result;
  } catch (error) {
    try {
      await prisma.$executeRawUnsafe('ROLLBACK TO holdfast_audit');
      await prisma.$executeRawUnsafe('RELEASE holdfast_audit');
    } catch {
      // The error that led here says more than the failure to clean up after it.
    }
    throw error;
  }
}

function prepare(db: SqliteDatabase, sql: string): SqliteStatement {
  let statements = prepared.get(db);
  if (statements === undefined) prepared.set(db, (statements = new Map()));
  let statement = statements.get(sql);
  if (statement === undefined) statements.set(sql, (statement = db.prepare(sql)));
  return statement;
}

export function storeError(doing: string, error: unknown): unknown {
  if (error instanceof AuditError) return error;
  const { code, message } = driverErrorOf(error);
  const busy = /^SQLITE_(BUSY|LOCKED)/.test(code) || /database is locked/i.test(message);
  return new AuditStoreError(doing, error, busy, code);
}
