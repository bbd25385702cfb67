import { OutboxTransactionError } from '../errors.ts';

/** The part of a better-sqlite3 `Statement` that is called here. */
export interface SqliteStatement {
  run(...parameters: unknown[]): { changes: number };
}

/** The part of a better-sqlite3 `Database` that is called here; a wrapper around one will do. */
export interface SqliteDatabase {
  readonly name: string;
  /** Whether a transaction is open on this connection. */
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
}

/** A transaction that is open on a better-sqlite3 database: the row is written before `publish` returns. */
export interface SqliteTx {
  readonly db: SqliteDatabase;
}

/** The part of a `pg` client that is called here. */
export interface PgClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rowCount: number | null }>;
}

/** A `pg` client on which the caller has begun a transaction. */
export interface PgTx {
  readonly client: PgClient;
}

/** The part of a Prisma transaction client that is called here. */
export interface PrismaTransactionClient {
  $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
}

/** What `prisma.$transaction(async (tx) => …)` hands to its function, on SQLite or PostgreSQL. */
export interface PrismaTx {
  readonly prisma: PrismaTransactionClient;
}

/** A transaction of the caller, whose statements are awaited. */
export type AsyncTx = PgTx | PrismaTx;
/** The caller's own transaction: the event commits with the caller's rows or not at all. */
export type Tx = SqliteTx | AsyncTx;

/** @throws OutboxTransactionError for what shows that it is no transaction */
export function checkTransaction(tx: Tx): void {
  if ('db' in tx && !tx.db.inTransaction) {
    throw new OutboxTransactionError(
      'publish: no transaction is open on { db }, so the event would be written without your rows. Publish inside db.transaction(…), or without tx.',
    );
  }
  if ('client' in tx && 'totalCount' in tx.client) {
    throw new OutboxTransactionError(
      'publish: { client } is a pool, whose statements run on any connection. Give the client on which you began the transaction.',
    );
  }
  if ('prisma' in tx && '$connect' in tx.prisma) {
    throw new OutboxTransactionError(
      'publish: { prisma } is not in a transaction. Give the client that prisma.$transaction(async (tx) => …) hands to its function.',
    );
  }
}
