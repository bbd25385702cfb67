import { randomUUID } from 'node:crypto';
import { NOTIFY_CHANNEL } from '../engines/postgres-driver.ts';
import { nowOf, type SqlDriver, type SqlRow, schemaLock } from '../engines/sql-driver.ts';
import { EventsSchemaVersionError } from '../errors.ts';
import type { EventToLog, LeaseAnswer } from '../log/event-log.ts';
import { type LeaseTable, takeLease } from '../log/sql-lease.ts';
import type { ResolvedOptions } from '../options.ts';

const VERSION = 1;
const LEASES: LeaseTable = { table: 'holdfast_outbox_leases', key: 'bus' };

export interface OutboxRow extends EventToLog {
  readonly seq: string;
}

export interface OutboxState {
  readonly pending: number;
  readonly oldestAgeMs: number;
}

/** The table in the application's own database, as the relay uses it. */
export class OutboxTable {
  readonly #driver: SqlDriver;
  readonly #bus: string;
  /** Tells this table from one of the same name in another database. */
  readonly identity: string;
  readonly #pollIntervalMs: number;
  #tellsAt = 0;

  constructor(driver: SqlDriver, bus: string, identity: string, pollIntervalMs: number) {
    this.#driver = driver;
    this.#bus = bus;
    this.identity = identity;
    this.#pollIntervalMs = pollIntervalMs;
  }

  /**
   * Whether the next row is to be told of. PostgreSQL lets transactions that tell commit one after the other, each with
   * its wait for the disk; a relay that has been told looks at every poll for a while, and finds those that follow.
   */
  tellsOfNext(): boolean {
    const now = performance.now();
    if (now < this.#tellsAt) return false;
    this.#tellsAt = now + this.#pollIntervalMs;
    return true;
  }

  get dialect(): SqlDriver['dialect'] {
    return this.#driver.dialect;
  }

  /** The oldest first. A row that is committed late is found all the same: nothing is skipped by its number. */
  async read(limit: number): Promise<readonly OutboxRow[]> {
    const rows = await this.#driver.read(
      `SELECT seq, event_id, type, event_key, body FROM holdfast_outbox WHERE bus = $1 ORDER BY seq LIMIT $2`,
      [this.#bus, limit],
    );
    return rows.map(toRow);
  }

  async remove(rows: readonly OutboxRow[]): Promise<void> {
    const numbers = rows.map(({ seq }) => seq);
    const isSqlite = this.#driver.dialect === 'sqlite';
    await this.#driver.writeUnsynced([
      `DELETE FROM holdfast_outbox WHERE seq ${isSqlite ? 'IN (SELECT CAST(value AS INTEGER) FROM json_each($1))' : '= ANY($1::bigint[])'}`,
      [isSqlite ? JSON.stringify(numbers) : numbers],
    ]);
  }

  async state(): Promise<OutboxState> {
    const [row] = await this.#driver.read(
      `SELECT COUNT(*) AS pending, ${nowOf(this.#driver.dialect)} AS now,
         (SELECT created_at FROM holdfast_outbox WHERE bus = $1 ORDER BY seq LIMIT 1) AS oldest
       FROM holdfast_outbox WHERE bus = $1`,
      [this.#bus],
    );
    const oldest = row?.['oldest'];
    return {
      pending: Number(row?.['pending'] ?? 0),
      oldestAgeMs: oldest === null ? 0 : Math.max(0, Number(row?.['now']) - Number(oldest)),
    };
  }

  lease(owner: string, leaseMs: number, stale?: string): Promise<LeaseAnswer> {
    return takeLease(this.#driver, LEASES, { name: this.#bus, owner, leaseMs, stale });
  }

  async release(owner: string): Promise<void> {
    await this.#driver.writeUnsynced([
      'DELETE FROM holdfast_outbox_leases WHERE bus = $1 AND owner = $2',
      [this.#bus, owner],
    ]);
  }

  watch(onChange: () => void): () => void {
    return this.#driver.watch(onChange);
  }

  close(): Promise<void> {
    return this.#driver.close();
  }
}

/** @throws EventsSchemaVersionError; what the database throws */
export async function openOutboxTable(
  driver: SqlDriver,
  { name: bus, pollIntervalMs }: Pick<ResolvedOptions, 'name' | 'pollIntervalMs'>,
): Promise<OutboxTable> {
  const isSqlite = driver.dialect === 'sqlite';
  const integer = isSqlite ? 'INTEGER' : 'BIGINT';
  const strict = isSqlite ? ' STRICT' : '';
  const serial = isSqlite
    ? 'INTEGER PRIMARY KEY AUTOINCREMENT'
    : 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY';
  const results = await driver.write(
    ...schemaLock(driver),
    [
      `CREATE TABLE IF NOT EXISTS holdfast_outbox_identity (
      id TEXT PRIMARY KEY, version INTEGER NOT NULL, only_one INTEGER NOT NULL UNIQUE CHECK (only_one = 1))${strict}`,
    ],
    [
      'INSERT INTO holdfast_outbox_identity (id, version, only_one) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING',
      [randomUUID(), VERSION],
    ],
    [
      `CREATE TABLE IF NOT EXISTS holdfast_outbox (
      seq ${serial}, bus TEXT NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL, event_key TEXT,
      body TEXT NOT NULL, created_at ${integer} NOT NULL)${strict}`,
    ],
    ['CREATE INDEX IF NOT EXISTS holdfast_outbox_by_bus ON holdfast_outbox (bus, seq)'],
    [
      `CREATE TABLE IF NOT EXISTS holdfast_outbox_leases (
      bus TEXT PRIMARY KEY, owner TEXT NOT NULL, expires_at ${integer} NOT NULL)${strict}`,
    ],
    ['SELECT id, version FROM holdfast_outbox_identity'],
  );
  const row = results.at(-1)?.[0];
  if (Number(row?.['version']) > VERSION)
    throw new EventsSchemaVersionError(Number(row?.['version']), VERSION);
  return new OutboxTable(driver, bus, String(row?.['id']), pollIntervalMs);
}

/**
 * Writes nothing in a database that is not the relay's. Values: bus, id, type, key, body, identity.
 * @param isTold whether PostgreSQL tells the relay of the commit
 */
export function insertStatement(dialect: SqlDriver['dialect'], isTold: boolean): string {
  const insert = `INSERT INTO holdfast_outbox (bus, event_id, type, event_key, body, created_at)
    SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), ${nowOf(dialect)}
    FROM holdfast_outbox_identity WHERE id = $6`;
  // Told to the relay by the commit itself.
  return dialect === 'postgres' && isTold
    ? `${insert} RETURNING pg_notify('${NOTIFY_CHANNEL}', bus)`
    : insert;
}

function toRow(row: SqlRow): OutboxRow {
  return {
    seq: String(row['seq']),
    id: String(row['event_id']),
    type: String(row['type']),
    key: row['event_key'] as string | null,
    body: String(row['body']),
  };
}
