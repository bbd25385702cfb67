import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@holdfast/context/testing';
import { startPostgres } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import pg from 'pg';
import {
  createSoftDeleteRepository as onPostgres,
  type PostgresSoftDeleteRepository,
} from '../src/postgres/index.ts';
import type { TableDefinition } from '../src/schema.ts';
import { defineSchema, type Schema } from '../src/schema.ts';
import { createSoftDeleteRepository as onSqlite } from '../src/sqlite/index.ts';

/** The same questions to either database; SQLite's answers are wrapped in promises. */
export type Repository = Omit<PostgresSoftDeleteRepository, 'ready'>;

export interface TestDatabase {
  readonly name: 'sqlite' | 'postgresql';
  readonly clock: ManualClock;
  /** Runs statements; `{timestamp}` stands for the type of a deletion time. */
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  repository(tables: Record<string, TableDefinition> | Schema, table: string): Repository;
  /** The same over a connection of its own. */
  elsewhere(tables: Record<string, TableDefinition> | Schema, table: string): Repository;
  close(): Promise<void>;
}

function schemaOf(tables: Record<string, TableDefinition> | Schema): Schema {
  return tables instanceof Map ? (tables as Schema) : defineSchema(tables as Record<string, TableDefinition>);
}

/** The synchronous repository with each call as a promise; a refusal at construction stays one. */
export function asPromises(repository: object): Repository {
  return new Proxy(repository, {
    get: (target, property) => {
      const call = Reflect.get(target, property) as (...args: unknown[]) => unknown;
      return async (...args: unknown[]) => call(...args);
    },
  }) as Repository;
}

export function openSqlite(): TestDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-soft-delete-'));
  const db = new Database(join(folder, 'app.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('foreign_keys = ON');
  const clock = new ManualClock();
  const others: Database.Database[] = [];
  return {
    name: 'sqlite',
    clock,
    run: async (sql) => void db.exec(sql.replaceAll('{timestamp}', 'INTEGER')),
    rows: async (sql) => db.prepare(sql).all() as Record<string, unknown>[],
    repository: (tables, table) => asPromises(onSqlite({ db, schema: schemaOf(tables), table, clock })),
    elsewhere: (tables, table) => {
      const other = new Database(join(folder, 'app.db'));
      other.pragma('foreign_keys = ON');
      others.push(other);
      return asPromises(onSqlite({ db: other, schema: schemaOf(tables), table, clock }));
    },
    close: async () => {
      for (const other of others) other.close();
      db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function openPostgres(): Promise<TestDatabase> {
  const server = await startPostgres();
  const pool = new pg.Pool({ connectionString: server.url, max: 8 });
  // A connection that the server ends as it stops is no failure.
  pool.on('error', () => undefined);
  const clock = new ManualClock();
  return {
    name: 'postgresql',
    clock,
    run: async (sql) => void (await pool.query(sql.replaceAll('{timestamp}', 'timestamptz'))),
    rows: async (sql) => (await pool.query(sql)).rows as Record<string, unknown>[],
    repository: (tables, table) => onPostgres({ pool, schema: schemaOf(tables), table, clock }),
    // A pool gives each call the next connection that is free.
    elsewhere: (tables, table) => onPostgres({ pool, schema: schemaOf(tables), table, clock }),
    close: async () => {
      await pool.end();
      await server.stop();
    },
  };
}

export const databases: readonly (readonly [string, () => TestDatabase | Promise<TestDatabase>])[] = [
  ['SQLite', openSqlite],
  ['PostgreSQL', openPostgres],
];

export const MARKS = 'deleted_at {timestamp}, deleted_by TEXT, deletion_id TEXT';
