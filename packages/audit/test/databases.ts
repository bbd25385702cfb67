import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@holdfast/context/testing';
import { startPostgres } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import pg from 'pg';
import type {
  AuditLogOptions,
  AuditReader,
  CaptureTriggers,
  Change,
  Recorded,
  StampOptions,
} from '../src/index.ts';
import * as postgres from '../src/postgres/index.ts';
import * as sqlite from '../src/sqlite/index.ts';

/** The same questions to either database; SQLite's answers are wrapped in promises. */
export interface TestLog extends AuditReader {
  /** Inside of `transaction`, in that transaction. */
  record(change: Change): Promise<Recorded>;
  captureAs(fn: () => Promise<void>, who?: StampOptions): Promise<void>;
  seal(): Promise<number>;
}

export interface TestDatabase {
  readonly name: 'sqlite' | 'postgresql';
  readonly clock: ManualClock;
  /** Runs the migration and makes a log. */
  log(options?: AuditLogOptions): Promise<TestLog>;
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  /** Rolls back what throws. */
  transaction(work: () => Promise<void>): Promise<void>;
  /** As the owner of the tables who first takes their guards away. */
  tamper(table: string, sql: string): Promise<void>;
  capture(
    table: string,
    source: string,
    columns: readonly string[],
    redact?: readonly string[],
  ): Promise<CaptureTriggers>;
  close(): Promise<void>;
}

export const ADA = '0000ada0-0000-4000-8000-000000000001';
export const BOB = '0000b0b0-0000-4000-8000-000000000002';
export const ORDER = '00000001-0000-4000-8000-00000000000a';
export const OTHER = '00000002-0000-4000-8000-00000000000b';
export const actor = { id: ADA };

export function openSqlite(): TestDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-audit-'));
  const db = new Database(join(folder, 'app.db'));
  db.pragma('journal_mode = WAL');
  // Nothing here is about a power loss.
  db.pragma('synchronous = OFF');
  const clock = new ManualClock();
  const run = async (sql: string): Promise<void> => void db.exec(sql);
  return {
    name: 'sqlite',
    clock,
    async log(options = {}) {
      const log = sqlite.createAuditLog({ db, clock, ...options });
      return {
        ...log,
        record: async (change) => log.record(change, { db }),
        async captureAs(fn, who) {
          // Each statement of the tests runs at once, so the function has done its work when it returns.
          let failed: unknown;
          log.captureAs({ db }, () => void fn().catch((error: unknown) => (failed = error)), who);
          await Promise.resolve();
          if (failed !== undefined) throw failed;
        },
      };
    },
    run,
    rows: async (sql) => db.prepare(sql).all() as Record<string, unknown>[],
    async transaction(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        await work();
        db.exec('COMMIT');
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    async tamper(table, sql) {
      for (const part of ['changes', 'context', 'chain']) {
        for (const guard of ['no_update', 'no_delete', 'no_replace']) {
          db.exec(`DROP TRIGGER IF EXISTS "${table}_${part}_${guard}"`);
        }
      }
      db.exec(`DROP TRIGGER IF EXISTS "${table}_changes_context"`);
      db.exec(sql);
    },
    async capture(table, source, columns, redact = []) {
      const triggers = sqlite.captureTriggersFor({ table, source, columns, redact });
      db.exec(triggers.create);
      return triggers;
    },
    close: async () => {
      db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function openPostgres(): Promise<TestDatabase> {
  const server = await startPostgres({ args: ['-c', 'fsync=off'] });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const clock = new ManualClock();
  const run = async (sql: string): Promise<void> => void (await client.query(sql));
  let isOpen = false;
  return {
    name: 'postgresql',
    clock,
    async log(options = {}) {
      await client.query(postgres.migrationFor(options));
      const log = postgres.createAuditLog({ client, clock, ...options });
      return {
        ...log,
        record: (change) => log.record(change, isOpen ? { client } : undefined),
        captureAs: (fn, who) => log.captureAs({ client }, fn, who),
      };
    },
    run,
    rows: async (sql) => (await client.query(sql)).rows as Record<string, unknown>[],
    async transaction(work) {
      await client.query('BEGIN');
      isOpen = true;
      try {
        await work();
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        isOpen = false;
      }
    },
    async tamper(table, sql) {
      for (const name of [table, `${table}_context`, `${table}_chain`]) {
        await client.query(`ALTER TABLE "${name}" DISABLE TRIGGER USER`);
      }
      await client.query(sql);
    },
    async capture(table, source, _columns, redact = []) {
      const triggers = postgres.captureTriggersFor({ table, source, redact });
      await client.query(triggers.create);
      return triggers;
    },
    close: async () => {
      await client.end();
      await server.stop();
    },
  };
}

export const databases: readonly (readonly [string, () => TestDatabase | Promise<TestDatabase>])[] = [
  ['SQLite', openSqlite],
  ['PostgreSQL', openPostgres],
];

export async function collect(lines: AsyncIterable<string>): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for await (const line of lines) found.push(JSON.parse(line) as Record<string, unknown>);
  return found;
}
