import { type PostgresServer, startPostgres } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  migrationFor as onPostgres,
  createSoftDeleteRepository as postgresRepository,
} from '../src/postgres/index.ts';
import { createSoftDeleteRepository, migrationFor } from '../src/sqlite/index.ts';

const ROWS = 2000;

describe('migrationFor on SQLite', () => {
  let db: Database.Database;
  beforeEach(() => {
    db = new Database(':memory:');
    db.pragma('foreign_keys = ON');
  });
  const schema = () =>
    db
      .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
      .all();

  const EVENTS = `CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL, -- UNIQUE, says a comment
    slug TEXT CONSTRAINT one_slug UNIQUE ON CONFLICT ABORT COLLATE NOCASE,
    "unique" TEXT DEFAULT 'UNIQUE',
    label TEXT GENERATED ALWAYS AS (tenant || '/' || slug) VIRTUAL,
    parent INTEGER REFERENCES events (id),
    CONSTRAINT one_name UNIQUE (tenant, "unique"),
    CHECK (length(tenant) > 0)
  ) STRICT`;

  function fill(): void {
    db.exec(EVENTS);
    db.exec('CREATE INDEX by_tenant ON events (tenant)');
    db.exec('CREATE TABLE log (id INTEGER)');
    db.exec('CREATE TRIGGER logged AFTER DELETE ON events BEGIN INSERT INTO log VALUES (old.id); END');
    db.exec('CREATE TABLE contests (id INTEGER PRIMARY KEY, event INTEGER REFERENCES events (id))');
    const insert = db.prepare('INSERT INTO events (tenant, slug, "unique") VALUES (?, ?, ?)');
    for (let n = 1; n <= ROWS; n += 1) insert.run('t', `s${n}`, `u${n}`);
    db.exec('DELETE FROM events WHERE id = 2000; DELETE FROM log; INSERT INTO contests VALUES (1, 7)');
  }

  it('keeps every row, constraint, trigger and counter, and lets a deleted twin be', () => {
    fill();
    const before = db.prepare('SELECT * FROM events').all();
    const { steps } = migrationFor('events', { db, liveIndexes: [['tenant', 'slug']] }).up();
    expect(steps.length).toBeGreaterThan(0);
    const plain = db.prepare('SELECT id, tenant, slug, "unique", label, parent FROM events').all();
    expect(plain).toEqual(before);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(() => db.exec('INSERT INTO contests VALUES (2, 9999)')).toThrow('FOREIGN KEY');
    expect(() => db.exec("INSERT INTO events (tenant, slug) VALUES ('t', 'S7')")).toThrow('UNIQUE');
    expect(() => db.exec("INSERT INTO events (tenant) VALUES ('')")).toThrow('CHECK');
    const events = createSoftDeleteRepository({ db, table: 'events' });
    events.delete(7);
    expect(events.insert({ tenant: 't', slug: 's7', unique: 'u7' })).toMatchObject({
      id: 2001,
      label: 't/s7',
    });
    events.forceDelete(2001);
    expect(db.prepare('SELECT * FROM log').all()).toEqual([{ id: 2001 }]);
  });

  it('does nothing the second time', () => {
    fill();
    migrationFor('events', { db }).up();
    const after = schema();
    expect(migrationFor('events', { db }).up().steps).toEqual([]);
    expect(schema()).toEqual(after);
  });

  it('is taken back to the letter, rows and all', () => {
    fill();
    const before = [schema(), db.prepare('SELECT * FROM events').all()];
    const migration = migrationFor('events', { db, liveIndexes: [['tenant']] });
    migration.up();
    migration.down();
    db.exec('DROP TABLE holdfast_soft_delete_migrations');
    expect([schema(), db.prepare('SELECT * FROM events').all()]).toEqual(before);
    expect(migration.down().steps).toEqual([]);
    expect(() => db.exec("INSERT INTO events (tenant, slug) VALUES ('t', 's7')")).toThrow('UNIQUE');
  });

  it('is not taken back while rows are deleted, unless they are to live again', () => {
    fill();
    migrationFor('events', { db }).up();
    const events = createSoftDeleteRepository({ db, table: 'events' });
    events.delete(7);
    expect(() => migrationFor('events', { db }).down()).toThrow('1 rows are deleted and would be live again');
    events.insert({ tenant: 't', slug: 's7' });
    expect(() => migrationFor('events', { db, reviveDeleted: true }).down()).toThrow(
      'have the same unique value',
    );
    events.forceDelete(2001);
    migrationFor('events', { db, reviveDeleted: true }).down();
    expect(db.prepare('SELECT count(*) AS n FROM events').get()).toEqual({ n: 1999 });
  });

  it('is not taken back where that would lose a later column; later indexes stay', () => {
    fill();
    migrationFor('events', { db }).up();
    db.exec('CREATE INDEX later ON events (parent)');
    db.exec('ALTER TABLE events ADD COLUMN extra TEXT');
    expect(() => migrationFor('events', { db }).down()).toThrow('extra came after it and would be lost');
    db.exec('ALTER TABLE events DROP COLUMN extra');
    migrationFor('events', { db }).down();
    expect(db.prepare("SELECT 1 AS found FROM sqlite_schema WHERE name = 'later'").get()).toEqual({
      found: 1,
    });
  });

  it('makes a unique index partial in place, with its expressions and directions', () => {
    db.exec('CREATE TABLE "odd ""name""" (id INTEGER PRIMARY KEY, a TEXT, b TEXT)');
    db.exec('CREATE UNIQUE INDEX "odd index" ON "odd ""name""" (lower(a), b DESC)');
    migrationFor('odd "name"', { db }).up();
    expect(db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'odd index'").get()).toEqual({
      sql: 'CREATE UNIQUE INDEX "odd index" ON "odd ""name""" (lower(a), b DESC) WHERE "deleted_at" IS NULL',
    });
  });

  it('changes nothing where a foreign key needs the unique constraint, or in an open transaction', () => {
    db.exec('CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE)');
    db.exec('CREATE TABLE mails (id INTEGER PRIMARY KEY, email TEXT REFERENCES users (email))');
    const before = schema();
    expect(() => migrationFor('users', { db }).up()).toThrow('"mails" refers to its unique email');
    db.exec('BEGIN');
    expect(() => migrationFor('users', { db }).up()).toThrow('a transaction is open on this connection');
    db.exec('ROLLBACK');
    expect(schema()).toEqual(before);
    expect(() => migrationFor('nowhere', { db }).up()).toThrow('There is no table "nowhere"');
  });
});

describe('migrationFor on PostgreSQL', () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ connectionString: server.url });
    // A connection that the server ends as it stops is no failure.
    pool.on('error', () => undefined);
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });
  beforeEach(async () => {
    await pool.query('DROP TABLE IF EXISTS contests, events CASCADE');
    await pool.query(`CREATE TABLE events (id serial PRIMARY KEY, tenant text NOT NULL, slug text,
      CONSTRAINT one_slug UNIQUE (tenant, slug))`);
    await pool.query('CREATE UNIQUE INDEX "odd index" ON events (lower(slug) DESC) NULLS NOT DISTINCT');
    await pool.query('CREATE TABLE contests (id serial PRIMARY KEY, event int REFERENCES events (id))');
    await pool.query(
      `INSERT INTO events (tenant, slug) SELECT 't', 's' || n FROM generate_series(1, ${ROWS}) n`,
    );
  });

  const shape = async () => {
    const indexes = await pool.query("SELECT indexdef FROM pg_indexes WHERE tablename = 'events' ORDER BY 1");
    const constraints = await pool.query(
      "SELECT conname, pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE conrelid = 'events'::regclass ORDER BY 1",
    );
    const { rows } = await pool.query('SELECT * FROM events ORDER BY id');
    return [indexes.rows, constraints.rows, rows];
  };

  it('keeps every row and constraint, and lets a deleted twin be', async () => {
    await onPostgres('events', { pool, liveIndexes: [['tenant']] }).up();
    const events = postgresRepository({ pool, table: 'events' });
    expect(await events.count()).toBe(ROWS);
    await expect(pool.query("INSERT INTO events (tenant, slug) VALUES ('t', 's7')")).rejects.toThrow(
      '_live"',
    );
    await events.delete(7);
    await events.insert({ tenant: 't', slug: 's7' });
    await expect(pool.query("INSERT INTO events (tenant, slug) VALUES ('u', 'S7')")).rejects.toThrow(
      'odd index_live',
    );
  });

  it('does nothing the second time, and goes on after an index whose build failed', async () => {
    await onPostgres('events', { pool }).up();
    expect((await onPostgres('events', { pool }).up()).steps).toEqual([]);
    await pool.query(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'events_deletion_id_deleted'::regclass",
    );
    expect(
      (await onPostgres('events', { pool }).up()).steps.map(({ sql }) =>
        sql.split(' ').slice(0, 3).join(' '),
      ),
    ).toEqual(['DROP INDEX CONCURRENTLY', 'CREATE INDEX CONCURRENTLY']);
  });

  it('is taken back to what it was', async () => {
    const before = await shape();
    const migration = onPostgres('events', { pool, liveIndexes: [['tenant']] });
    await migration.up();
    await migration.down();
    expect(await shape()).toEqual(before);
    expect((await migration.down()).steps).toEqual([]);
  });

  it('is not taken back while rows are deleted, unless they are to live again', async () => {
    await onPostgres('events', { pool }).up();
    const events = postgresRepository({ pool, table: 'events' });
    await events.delete(7);
    await expect(onPostgres('events', { pool }).down()).rejects.toThrow(
      '1 rows are deleted and would be live again',
    );
    const { id } = (await events.insert({ tenant: 't', slug: 's7' })) as { id: number };
    const revive = onPostgres('events', { pool, reviveDeleted: true });
    await expect(revive.down()).rejects.toThrow('have the same unique value');
    await events.forceDelete(id);
    await revive.down();
    expect((await pool.query('SELECT FROM events')).rowCount).toBe(ROWS);
  });

  it('changes nothing where a foreign key needs the unique constraint', async () => {
    await pool.query('ALTER TABLE contests ADD COLUMN tenant text, ADD COLUMN slug text');
    await pool.query('ALTER TABLE contests ADD FOREIGN KEY (tenant, slug) REFERENCES events (tenant, slug)');
    const before = await shape();
    await expect(onPostgres('events', { pool }).up()).rejects.toMatchObject({
      code: 'ERR_SOFT_DELETE_MIGRATION_BLOCKED',
    });
    expect(await shape()).toEqual(before);
    await expect(onPostgres('nowhere', { pool }).up()).rejects.toThrow('There is no table "nowhere"');
  });

  it('gives up when it does not get the table in time, and can be run again', async () => {
    const client = await pool.connect();
    await client.query('BEGIN; LOCK TABLE events');
    await expect(onPostgres('events', { pool, lockTimeoutMs: 50 }).up()).rejects.toMatchObject({
      code: '55P03',
    });
    await client.query('ROLLBACK');
    client.release();
    await onPostgres('events', { pool }).up();
  });

  it('refuses wrong options', () => {
    expect(() => onPostgres('events', {})).toThrow('give either pool or client');
    expect(() => onPostgres('events', { pool, lockTimeoutMs: 0 })).toThrow('lockTimeoutMs is 0');
  });
});
