import { createAuditLog, migrationFor } from '@holdfast/audit/postgres';
import { PostgresIdempotencyStore, runOnce } from '@holdfast/idempotency';
import { tracePg } from '@holdfast/tracing/postgres';
import pg from 'pg';
import { readerOf } from './order-reader.ts';
import { orderTables, postgresWriter } from './postgres-orders.ts';
import { inTransaction } from './postgres-transaction.ts';
import { apiKeysIn, INSERT_MAIL, mailsOf, mailValues, type Sql } from './sql.ts';
import type { Storage } from './storage.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS orders (
    id text PRIMARY KEY,
    tenant_id text NOT NULL,
    email text NOT NULL,
    note text,
    currency text NOT NULL,
    total_minor bigint NOT NULL,
    version integer NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    deleted_at timestamptz,
    deleted_by text,
    deletion_id text
  );
  CREATE INDEX IF NOT EXISTS orders_of_tenant ON orders (tenant_id, created_at, id) WHERE deleted_at IS NULL;
  CREATE INDEX IF NOT EXISTS orders_by_time ON orders (created_at, id);
  CREATE TABLE IF NOT EXISTS order_lines (
    order_id text NOT NULL REFERENCES orders,
    position integer NOT NULL,
    sku text NOT NULL,
    quantity integer NOT NULL,
    unit_price_minor bigint NOT NULL,
    deleted_at timestamptz,
    deleted_by text,
    deletion_id text,
    PRIMARY KEY (order_id, position)
  );
  CREATE TABLE IF NOT EXISTS api_keys (
    id text PRIMARY KEY,
    tenant_id text NOT NULL,
    user_id text NOT NULL,
    secret_hash bytea NOT NULL
  );
  CREATE TABLE IF NOT EXISTS order_mails (
    event_id text PRIMARY KEY,
    order_id text NOT NULL REFERENCES orders,
    recipient text NOT NULL,
    subject text NOT NULL,
    recorded_at bigint NOT NULL
  );
  CREATE INDEX IF NOT EXISTS mails_of_order ON order_mails (order_id);
`;

const AUDIT = { ids: 'text', chain: 'tenant' } as const;

/** Instances that start together make the tables one after another. */
const SCHEMA_LOCK = 7_246_002;
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 10_000;

/** Connects to PostgreSQL, and makes the tables where they are missing. */
export async function openPostgres(url: string, onTrouble: (error: Error) => void): Promise<Storage> {
  const pool = openPool(url, onTrouble);
  // Claims must not wait for the connections on which orders wait for them.
  const claims = openPool(url, onTrouble);
  try {
    await inTransaction(pool, async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
      await client.query(SCHEMA);
      await client.query(migrationFor(AUDIT));
    });
  } catch (error) {
    await Promise.all([pool.end(), claims.end()]);
    throw error;
  }
  const sql: Sql = {
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await pool.query(text, [...values])).rows as Row[],
  };
  const audit = createAuditLog({ pool, ...AUDIT, redact: ['email'] });
  const tables = orderTables(pool);
  return {
    orders: readerOf({ sql, ...tables }),
    audit,
    idempotency: new PostgresIdempotencyStore({ client: claims }),
    apiKeys: apiKeysIn(sql),
    mails: {
      record: (eventId, mail) =>
        inTransaction(pool, async (client) => {
          const insert = () => client.query(INSERT_MAIL, mailValues(eventId, mail));
          return (await runOnce(eventId, { client }, insert, { scope: 'mailer' })).ran;
        }),
      ofOrder: mailsOf(sql),
    },
    outbox: { postgres: { url } },
    writer: (bus) => postgresWriter(pool, tables, audit, bus),
    check: () => pool.query('SELECT 1'),
    async close() {
      await Promise.all([pool.end(), claims.end()]);
    },
  };
}

function openPool(url: string, onTrouble: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  // Without these listeners, a server that restarts would end this process: the first hears of idle connections, the
  // other of those in use, whose next statement fails.
  pool.on('error', onTrouble);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return tracePg(pool);
}
