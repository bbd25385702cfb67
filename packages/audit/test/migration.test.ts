import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPostgres } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as postgres from '../src/postgres/index.ts';
import * as sqlite from '../src/sqlite/index.ts';
import { actor, ORDER } from './databases.ts';

const run = promisify(execFile);
const fileFor = (engine: string) =>
  join(import.meta.dirname, '..', 'sql', engine, 'request-changes-audit.sql');
const NAMES = ['Changes', 'the changes', `a"b'c`, 'x; DROP TABLE orders; --', '$holdfast$', 'größe', '%s%n'];

/** As a file the migration is one transaction; as a string it joins the one that is open. */
const asFile = (sql: string, kind: string) =>
  `-- The audit log of @holdfast/audit on ${kind}, with its default options. Other names: migrationFor().\nBEGIN;\n\n${sql}\nCOMMIT;\n`;

async function isOnPath(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  );
}

describe('the migration for PostgreSQL', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let client: pg.Client;
  beforeAll(async () => {
    server = await startPostgres({ args: ['-c', 'fsync=off'] });
    client = new pg.Client({ connectionString: server.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await server.stop();
  });

  it('is shipped as a file, the same as the function gives', async () => {
    await expect(asFile(postgres.migrationFor(), 'PostgreSQL 14 or later')).toMatchFileSnapshot(
      fileFor('postgres'),
    );
  });

  it('makes exactly the columns of document 003 when the file is run, and can be run again', async () => {
    const file = fileFor('postgres');
    const hasPsql = await isOnPath('psql');
    for (let round = 0; round < 2; round += 1) {
      if (hasPsql) await run('psql', ['-v', 'ON_ERROR_STOP=1', '-q', '-f', file, server.url]);
      else await client.query(readFileSync(file, 'utf8'));
    }
    const { rows } = await client.query(
      `SELECT column_name, data_type, character_maximum_length AS length, is_nullable, column_default
       FROM information_schema.columns WHERE table_name = 'request_changes' ORDER BY ordinal_position`,
    );
    const column = (
      name: string,
      type: string,
      length: number | null,
      nullable: string,
      initial: string | null = null,
    ) => ({
      column_name: name,
      data_type: type,
      length,
      is_nullable: nullable,
      column_default: initial,
    });
    expect(rows).toEqual([
      column('id', 'uuid', null, 'NO'),
      column('request_id', 'uuid', null, 'NO'),
      column('change_type', 'character varying', 50, 'NO'),
      column('previous_value', 'jsonb', null, 'YES'),
      column('new_value', 'jsonb', null, 'NO'),
      column('changed_by_id', 'uuid', null, 'NO'),
      column('changed_by_type', 'character varying', 20, 'NO'),
      column('correlation_id', 'character varying', 100, 'YES'),
      column('created_at', 'timestamp with time zone', null, 'NO', 'now()'),
    ]);
  });

  it('adopts a table that document 003 had made, with its rows, once they are sealed', async () => {
    await client.query(`CREATE TABLE old_changes (
      id UUID PRIMARY KEY, request_id UUID NOT NULL, change_type VARCHAR(50) NOT NULL, previous_value JSONB,
      new_value JSONB NOT NULL, changed_by_id UUID NOT NULL, changed_by_type VARCHAR(20) NOT NULL,
      correlation_id VARCHAR(100), created_at TIMESTAMPTZ NOT NULL DEFAULT NOW())`);
    await client.query(
      `INSERT INTO old_changes SELECT gen_random_uuid(), $1, 'UPDATED', NULL, to_jsonb(n), $1, 'user', NULL,
       '2025-01-01'::timestamptz + n * interval '1 s' FROM generate_series(1, 1200) n`,
      [ORDER],
    );
    await client.query(postgres.migrationFor({ table: 'old_changes' }));
    const log = postgres.createAuditLog({ client, table: 'old_changes' });
    expect(await log.verify()).toMatchObject({ ok: false, broken: { reason: 'unsealed' } });
    expect(await log.seal()).toBe(1200);
    expect(await log.verify()).toMatchObject({ ok: true, checked: 1200 });
    expect((await log.history(ORDER, { limit: 2 })).items.map(({ after }) => after)).toEqual([1, 2]);
  });

  it('has a schema of its own where it is given one', async () => {
    await client.query('CREATE SCHEMA "Audit ""log"""');
    const options = { schema: 'Audit "log"', table: 'changes' } as const;
    await client.query(postgres.migrationFor(options));
    const log = postgres.createAuditLog({ client, ...options });
    await log.record({ recordId: ORDER, changeType: 'CREATED', actor });
    expect(await log.verify()).toMatchObject({ ok: true, checked: 1 });
    expect((await client.query(`SELECT to_regclass('public.changes') AS found`)).rows).toEqual([
      { found: null },
    ]);
  });

  it.each(NAMES)('quotes the name %s', async (table) => {
    await client.query('CREATE TABLE IF NOT EXISTS orders (id UUID PRIMARY KEY)');
    await client.query(postgres.migrationFor({ table }));
    const log = postgres.createAuditLog({ client, table });
    await log.record({ recordId: ORDER, changeType: 'CREATED', actor });
    const { create, drop } = postgres.captureTriggersFor({ table, source: 'orders', recordType: table });
    await client.query(create);
    await client.query('INSERT INTO orders VALUES (gen_random_uuid())');
    await client.query(drop);
    expect(await log.verify()).toMatchObject({ ok: true, checked: 2 });
    const name = pg.escapeIdentifier(table);
    await expect(client.query(`DELETE FROM ${name}`)).rejects.toThrow(
      `the audit log ${table} is append-only: DELETE is refused`,
    );
  });
});

describe('the migration for SQLite', () => {
  it('is shipped as a file, the same as the function gives', async () => {
    await expect(asFile(sqlite.migrationFor(), 'SQLite')).toMatchFileSnapshot(fileFor('sqlite'));
  });

  it('makes the columns of document 003 when the file is run, and can be run again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-audit-'));
    const path = join(folder, 'app.db');
    const hasShell = await isOnPath('sqlite3');
    for (let round = 0; round < 2; round += 1) {
      if (hasShell) await run('sqlite3', ['-bail', path, `.read '${fileFor('sqlite')}'`]);
      else new Database(path).exec(readFileSync(fileFor('sqlite'), 'utf8')).close();
    }
    const db = new Database(path);
    expect(db.pragma('table_info(request_changes)')).toMatchObject([
      { name: 'id', notnull: 1, pk: 1 },
      { name: 'request_id', notnull: 1 },
      { name: 'change_type', notnull: 1 },
      { name: 'previous_value', notnull: 0 },
      { name: 'new_value', notnull: 1 },
      { name: 'changed_by_id', notnull: 1 },
      { name: 'changed_by_type', notnull: 1 },
      { name: 'correlation_id', notnull: 0 },
      { name: 'created_at', notnull: 1 },
    ]);
    db.close();
    rmSync(folder, { recursive: true });
  });

  it.each(NAMES)('quotes the name %s', async (table) => {
    const db = new Database(':memory:');
    db.exec('CREATE TABLE orders (id TEXT PRIMARY KEY)');
    const log = sqlite.createAuditLog({ db, table });
    log.record({ recordId: ORDER, changeType: 'CREATED', actor });
    const { create, drop } = sqlite.captureTriggersFor({
      table,
      source: 'orders',
      columns: ['id'],
      recordType: table,
    });
    db.exec(create);
    db.exec(`INSERT INTO orders VALUES ('${ORDER}')`);
    db.exec(drop);
    await log.seal();
    expect(await log.verify()).toMatchObject({ ok: true, checked: 2 });
    const name = pg.escapeIdentifier(table);
    expect(() => db.exec(`DELETE FROM ${name}`)).toThrow(
      `the audit log ${table} is append-only: DELETE is refused`,
    );
    db.close();
  });
});
