import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditReader } from '../src/index.ts';
import * as postgres from '../src/postgres/index.ts';
import * as sqlite from '../src/sqlite/index.ts';

interface Subject {
  readonly script: string;
  readonly target: string;
  readonly log: AuditReader;
  /** Orders without a change, and changes without an order. */
  halves(): Promise<number>;
  orders(): Promise<number>;
  close(): Promise<void>;
}

const HALVES = `SELECT count(*) AS n FROM (SELECT CAST(id AS TEXT) AS id FROM orders) o
  FULL OUTER JOIN (SELECT request_id AS id FROM request_changes) c ON c.id = o.id WHERE o.id IS NULL OR c.id IS NULL`;

async function onSqlite(): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-audit-'));
  const target = join(folder, 'app.db');
  const db = new Database(target, { timeout: 20_000 });
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT)');
  const count = (sql: string) => Number((db.prepare(sql).get() as { n: number }).n);
  return {
    script: 'sqlite-writer.ts',
    target,
    log: sqlite.createAuditLog({ db, ids: 'text' }),
    halves: async () => count(HALVES),
    orders: async () => count('SELECT count(*) AS n FROM orders'),
    close: async () => {
      db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function onPostgres(): Promise<Subject> {
  const server = await startPostgres({ args: ['-c', 'fsync=off'] });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('CREATE TABLE orders (id BIGSERIAL PRIMARY KEY, note TEXT)');
  await client.query(postgres.migrationFor({ ids: 'text' }));
  const count = async (sql: string) => Number(((await client.query(sql)).rows[0] as { n: string }).n);
  return {
    script: 'postgres-writer.ts',
    target: server.url,
    log: postgres.createAuditLog({ client, ids: 'text' }),
    halves: () => count(HALVES),
    orders: () => count('SELECT count(*) AS n FROM orders'),
    close: async () => {
      await client.end();
      await server.stop();
    },
  };
}

describe.each([
  ['SQLite', onSqlite],
  ['PostgreSQL', onPostgres],
])('processes that write at once on %s', (_name, open) => {
  let subject: Subject;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    subject = await open();
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await subject.close();
  });

  function start(count: number): ChildProcess {
    const path = join(import.meta.dirname, 'children', subject.script);
    const child = spawn(
      process.execPath,
      ['--conditions=@holdfast/source', path, subject.target, String(count)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    children.push(child);
    return child;
  }

  it('make one chain without a fork', async () => {
    const ends = await Promise.all([start(25), start(25), start(25)].map((child) => once(child, 'exit')));
    expect(ends).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ]);
    expect(await subject.log.verify()).toMatchObject({ ok: true, checked: 75 });
    expect(await subject.halves()).toBe(0);
  });

  it('leave an order with its change or neither when they are killed at any moment', async () => {
    for (let round = 0; round < 2; round += 1) {
      const before = await subject.orders();
      const writers = [start(0), start(0)];
      await Promise.all(writers.map((child) => once(child.stdout as NodeJS.ReadableStream, 'data')));
      while ((await subject.orders()) < before + 10 + round)
        await new Promise((resolve) => setImmediate(resolve));
      for (const child of writers) child.kill('SIGKILL');
      await Promise.all(writers.map((child) => once(child, 'exit')));
      expect(await subject.halves()).toBe(0);
      expect(await subject.log.verify()).toMatchObject({ ok: true });
    }
  });
});
