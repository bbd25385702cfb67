import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAuditLog } from '@holdfast/audit/sqlite';
import { runOnce, SqliteIdempotencyStore } from '@holdfast/idempotency';
import { TracedDatabase } from '@holdfast/tracing/sqlite';
import Database from 'better-sqlite3';
import { readerOf } from './order-reader.ts';
import { apiKeysIn, INSERT_MAIL, mailsOf, mailValues, type Sql } from './sql.ts';
import { orderTables, sqliteWriter } from './sqlite-orders.ts';
import type { Storage } from './storage.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    email TEXT NOT NULL,
    note TEXT,
    currency TEXT NOT NULL,
    total_minor INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    deleted_by TEXT,
    deletion_id TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS orders_of_tenant ON orders (tenant_id, created_at, id) WHERE deleted_at IS NULL;
  CREATE INDEX IF NOT EXISTS orders_by_time ON orders (created_at, id);
  CREATE TABLE IF NOT EXISTS order_lines (
    order_id TEXT NOT NULL REFERENCES orders,
    position INTEGER NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    unit_price_minor INTEGER NOT NULL,
    deleted_at INTEGER,
    deleted_by TEXT,
    deletion_id TEXT,
    PRIMARY KEY (order_id, position)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS api_keys (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    secret_hash BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS order_mails (
    event_id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS mails_of_order ON order_mails (order_id);
`;

const BUSY_TIMEOUT_MS = 2000;

/** Opens `orders.db` in the folder, and makes both where they are missing. */
export async function openSqlite(folder: string): Promise<Storage> {
  mkdirSync(folder, { recursive: true });
  const plain = new Database(join(folder, 'orders.db'), { timeout: BUSY_TIMEOUT_MS });
  plain.pragma('journal_mode = WAL');
  // A commit must survive a power cut: the client has been told of the order.
  plain.pragma('synchronous = FULL');
  plain.pragma('foreign_keys = ON');
  plain.exec(SCHEMA);

  const db = new TracedDatabase(plain);
  const sql = sqlOn(db);
  const audit = createAuditLog({ db, ids: 'text', chain: 'tenant', redact: ['email'] });
  const tables = orderTables(db);
  const idempotency = new SqliteIdempotencyStore({ db });
  const insertMail = db.prepare(INSERT_MAIL);
  return {
    orders: readerOf({ sql, ...tables }),
    audit,
    idempotency,
    apiKeys: apiKeysIn(sql),
    mails: {
      record: (eventId, mail) =>
        runOnce(eventId, { db }, () => insertMail.run(numbered(mailValues(eventId, mail))), {
          scope: 'mailer',
        }).ran,
      ofOrder: mailsOf(sql),
    },
    outbox: { db: plain },
    writer: (bus) => sqliteWriter(db, tables, audit, bus),
    check: () => plain.prepare('SELECT 1').get(),
    async close() {
      await idempotency.close();
      plain.close();
    },
  };
}

function sqlOn(db: Database.Database): Sql {
  const statements = new Map<string, Database.Statement>();
  return {
    async query<Row>(text: string, values: readonly unknown[] = []) {
      const statement = statements.get(text) ?? db.prepare(text);
      statements.set(text, statement);
      const named = numbered(values);
      if (statement.reader) return statement.all(named) as Row[];
      statement.run(named);
      return [];
    },
  };
}

/** `$1` of PostgreSQL is a parameter of the name 1 in SQLite. */
function numbered(values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(values.map((value, index) => [index + 1, value]));
}
