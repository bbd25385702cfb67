/** A transaction of the caller whose statements are awaited: `pg` or Prisma behind one small interface. */
import type { PgTx } from './pg-client.ts';
import { checkPrismaTransaction, type PrismaTx } from './prisma-client.ts';
import { prismaCause } from './prisma-error.ts';

/** A transaction of the caller, whose statements are awaited. */
export type AsyncTx = PgTx | PrismaTx;
export type Dialect = 'postgresql' | 'sqlite';

export interface SqlTx {
  readonly dialect: Dialect;
  /** @param sql with `$1`, `$2` and so on in the order of `values` @returns how many rows it touched */
  run(sql: string, values?: readonly unknown[]): Promise<number>;
  /** @returns the first column of the first row */
  read(sql: string): Promise<unknown>;
}

/** @throws IdempotencyOptionError when a Prisma client is no transaction's */
export function openSqlTx(tx: AsyncTx): SqlTx | Promise<SqlTx> {
  return 'client' in tx ? ofPg(tx) : ofPrisma(tx);
}

function ofPg({ client }: PgTx): SqlTx {
  return {
    dialect: 'postgresql',
    run: async (sql, values = []) => (await client.query(sql, [...values])).rowCount ?? 0,
    read: async (sql) => firstValue((await client.query(sql)).rows),
  };
}

async function ofPrisma(tx: PrismaTx): Promise<SqlTx> {
  checkPrismaTransaction(tx);
  const { prisma } = tx;
  const read = async (sql: string): Promise<unknown> => firstValue(await prisma.$queryRawUnsafe(sql));
  const dialect = dialectOf(await read('SELECT CAST(1.5 AS INTEGER) AS n'));
  const own = (sql: string): string => (dialect === 'sqlite' ? sql.replaceAll(/\$\d+/g, '?') : sql);
  return {
    dialect,
    run: async (sql, values = []) => prisma.$executeRawUnsafe(own(sql), ...values),
    read,
  };
}

/** Prisma does not say on what it runs: PostgreSQL rounds a half up, SQLite cuts it off. Both are documented. */
function dialectOf(oneAndAHalf: unknown): Dialect {
  return Number(oneAndAHalf) === 2 ? 'postgresql' : 'sqlite';
}

function firstValue(rows: unknown): unknown {
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
  return typeof row === 'object' && row !== null ? Object.values(row)[0] : undefined;
}

const UNDEFINED_TABLE = '42P01';
const NO_TRANSACTION = '25P01';
const NO_SAVEPOINT = '3B001';

export function isMissingTable(error: unknown): boolean {
  const { code, message } = said(error);
  return code === UNDEFINED_TABLE || message.startsWith('no such table');
}

/** Whether a savepoint could not be set or found, because its transaction is not there. */
export function isNoTransaction(error: unknown): boolean {
  const { code, message } = said(error);
  return code === NO_TRANSACTION || code === NO_SAVEPOINT || message.startsWith('no such savepoint');
}

function said(error: unknown): { readonly code: string; readonly message: string } {
  const cause = prismaCause(error);
  if (cause !== undefined) return cause;
  if (!(error instanceof Error)) return { code: '', message: '' };
  return { code: 'code' in error ? String(error.code) : '', message: error.message };
}
