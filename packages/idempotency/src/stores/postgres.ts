import type { Clock } from '@holdfast/context/clock';
import { IdempotencyOptionError, IdempotencySchemaVersionError, LeaseLostError } from '../errors.ts';
import type { PgClient, PgResult } from '../transaction/pg-client.ts';
import { openSqlTx } from '../transaction/sql-tx.ts';
import { loadPeer } from './load-peer.ts';
import {
  CLAIM,
  COMPLETE,
  COMPLETE_IN,
  CREATE_TABLES,
  FIND_VERSION,
  PURGE,
  RELEASE,
  RENEW,
  SCHEMA_VERSION,
} from './postgres-statements.ts';
import { purgeLimit } from './record.ts';
import type {
  ClaimOutcome,
  ClaimRequest,
  CompleteOutcome,
  IdempotencyStore,
  Lease,
  PurgeResult,
  StorePurgeOptions,
  Tx,
} from './store.ts';

export interface PostgresIdempotencyStoreOptions {
  /** A `pg` Pool; it stays the caller's to end. */
  pool?: PgClient;
  /** A connected `pg` Client, or whatever has its `query`; it stays the caller's to end. */
  client?: PgClient;
  /** Where PostgreSQL is; the store makes a Pool with the optional peer `pg` and closes it. */
  url?: string;
  /** Default the clock of the server, which all its clients share. */
  clock?: Clock;
}

interface OpenedPool extends PgClient {
  end(): Promise<void>;
}

/** A row of the claim statement: either the claim, or what stands in its way. */
interface ClaimRow {
  /** `pg` gives a bigint as text. */
  readonly token: string | null;
  readonly takeovers: number | null;
  readonly fingerprint: string | null;
  /** Of the record when it is completed, else of the lease. */
  readonly time_left: string | null;
  readonly result: Buffer | null;
}

/** Records in PostgreSQL: one statement to claim, one to complete, which can join the caller's transaction. */
export class PostgresIdempotencyStore implements IdempotencyStore {
  readonly #options: PostgresIdempotencyStoreOptions;
  #client: Promise<PgClient> | undefined;
  #opened: OpenedPool | undefined;

  /** @throws IdempotencyOptionError */
  constructor(options: PostgresIdempotencyStoreOptions) {
    const given = [options.pool, options.client, options.url].filter((value) => value !== undefined);
    if (given.length !== 1) {
      throw new IdempotencyOptionError('pool', 'PostgresIdempotencyStore: give one of pool, client and url.');
    }
    this.#options = options;
  }

  async claim(request: ClaimRequest): Promise<ClaimOutcome> {
    const { key, fingerprint, owner, leaseMs, ttlMs, takeOver } = request;
    const values = [this.#now(), key, fingerprint, owner, Math.ceil(leaseMs), Math.ceil(ttlMs), takeOver];
    for (;;) {
      const { rows } = await this.#query(CLAIM, values);
      const row = rows[0] as ClaimRow | undefined;
      const outcome = row === undefined ? undefined : claimOutcome(row, request);
      if (outcome !== undefined) return outcome;
    }
  }

  async complete({ key, owner }: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome> {
    const { rows } = await this.#query(COMPLETE, [
      this.#now(),
      key,
      owner,
      asBuffer(result),
      Math.ceil(ttlMs),
    ]);
    const row = rows[0] as { kept: Buffer | null } | undefined;
    if (row === undefined) return { status: 'lost' };
    return row.kept === null ? { status: 'stored' } : { status: 'kept', result: row.kept };
  }

  async renew({ key, owner }: Lease, leaseMs: number): Promise<boolean> {
    return touched(await this.#query(RENEW, [this.#now(), key, owner, Math.ceil(leaseMs)]));
  }

  async release({ key, owner }: Lease): Promise<boolean> {
    return touched(await this.#query(RELEASE, [key, owner]));
  }

  async completeIn(tx: Tx, { key, owner }: Lease, result: Uint8Array, ttlMs: number): Promise<void> {
    if ('db' in tx) {
      throw new IdempotencyOptionError(
        'client',
        'PostgresIdempotencyStore: complete() needs { client }, a pg client with your transaction open on it, or { prisma }.',
      );
    }
    const values = [this.#now(), key, owner, asBuffer(result), Math.ceil(ttlMs)];
    const sql = await openSqlTx(tx);
    if (sql.dialect !== 'postgresql') {
      throw new IdempotencyOptionError(
        'prisma',
        'PostgresIdempotencyStore: complete() was given a { prisma } that runs on SQLite; use SqliteIdempotencyStore.',
      );
    }
    if ((await sql.run(COMPLETE_IN, values)) === 0) throw new LeaseLostError();
  }

  async purge(options?: StorePurgeOptions): Promise<PurgeResult> {
    const limit = purgeLimit(options);
    const { rowCount } = await this.#query(PURGE, [this.#now(), limit]);
    const removed = rowCount ?? 0;
    return { removed, more: removed === limit };
  }

  async close(): Promise<void> {
    await this.#client?.catch(() => undefined);
    await this.#opened?.end();
    this.#opened = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #now(): number | null {
    return this.#options.clock?.wallTime() ?? null;
  }

  /** The tables are made when they are found missing: in normal life not one statement is spent on them. */
  async #query(text: string, values: unknown[]): Promise<PgResult> {
    const client = await this.#connected();
    try {
      return await client.query(text, values);
    } catch (error) {
      if (!isMissingTable(error)) throw error;
      await client.query(CREATE_TABLES);
      return client.query(text, values);
    }
  }

  async #connected(): Promise<PgClient> {
    const connecting = (this.#client ??= this.#connect());
    try {
      return await connecting;
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
  }

  async #connect(): Promise<PgClient> {
    const client = this.#options.pool ?? this.#options.client ?? (await this.#open());
    await checkVersion(client);
    return client;
  }

  async #open(): Promise<PgClient> {
    if (this.#opened !== undefined) return this.#opened;
    const { default: pg } = await loadPeer('pg', () => import('pg'));
    const pool = new pg.Pool({ connectionString: this.#options.url });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    pool.on('error', () => undefined);
    this.#opened = pool;
    return pool;
  }
}

async function checkVersion(client: PgClient): Promise<void> {
  let found: number;
  try {
    const { rows } = await client.query(FIND_VERSION);
    found = (rows[0] as { version: number } | undefined)?.version ?? 0;
  } catch (error) {
    if (isMissingTable(error)) return;
    throw error;
  }
  if (found > SCHEMA_VERSION) throw new IdempotencySchemaVersionError(found, SCHEMA_VERSION);
}

/** @returns undefined when the row is older than the claim that was in the way: ask again */
function claimOutcome(row: ClaimRow, request: ClaimRequest): ClaimOutcome | undefined {
  if (row.token !== null)
    return { status: 'claimed', token: Number(row.token), takenOver: Number(row.takeovers) > 0 };
  if (row.fingerprint !== request.fingerprint) return { status: 'mismatch' };
  const leftMs = Number(row.time_left);
  if (row.result !== null) return { status: 'completed', result: row.result, leftMs };
  if (leftMs > 0) return { status: 'in-flight', retryAfterMs: leftMs };
  return request.takeOver ? undefined : { status: 'expired' };
}

function touched({ rowCount }: PgResult): boolean {
  return (rowCount ?? 0) > 0;
}

const UNDEFINED_TABLE = '42P01';

function isMissingTable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
