import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as postgres from '../src/postgres/index.ts';
import * as sqlite from '../src/sqlite/index.ts';
import { actor, ORDER } from './databases.ts';

const change = { recordId: ORDER, changeType: 'UPDATED', actor };

describe('the transaction of a caller on SQLite', () => {
  let folder: string;
  let db: Database.Database;
  let log: sqlite.SqliteAuditLog;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-audit-'));
    db = new Database(join(folder, 'app.db'));
    db.pragma('journal_mode = WAL');
    log = sqlite.createAuditLog({ db });
  });
  afterAll(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  it('has the row before record() returns', () => {
    const { id } = log.record(change);
    expect(db.prepare('SELECT id FROM request_changes').all()).toEqual([{ id }]);
  });

  it('is left as it was when a change cannot be written', () => {
    const write = db.transaction(() => {
      expect(() => log.record({ ...change, after: () => 1 })).toThrow('has a function in it');
      db.exec('CREATE TABLE kept (id INTEGER)');
    });
    write();
    expect(db.prepare('SELECT * FROM kept').all()).toEqual([]);
  });

  it('refuses an async function in captureAs, and keeps nothing of it', () => {
    db.exec('CREATE TABLE early (id INTEGER)');
    const early = async () => void db.exec('INSERT INTO early VALUES (1)');
    expect(() => log.captureAs({ db }, early, { actor })).toThrow(
      'captureAs() was given an async function with { db }. A better-sqlite3 transaction is synchronous: write in a plain function.',
    );
    expect(db.prepare('SELECT * FROM early').all()).toEqual([]);
    expect(db.prepare('SELECT * FROM request_changes_session').all()).toEqual([]);
  });

  it('says that another connection holds the lock, and that trying again may help', () => {
    const other = new Database(join(folder, 'app.db'), { timeout: 0 });
    const otherLog = sqlite.createAuditLog({ db: other });
    const held = db.transaction(() => {
      log.record(change);
      expect(() => otherLog.record(change)).toThrow(
        expect.objectContaining({
          code: 'ERR_AUDIT_STORE',
          busy: true,
          message:
            'The database could not begin (SQLITE_BUSY). Another transaction was in the way: roll yours back and run it again.',
        }) as Error,
      );
    });
    held();
    otherLog.record(change);
    other.close();
  });

  it('must be a connection or a Prisma client, not both', () => {
    expect(() => sqlite.createAuditLog({})).toThrow('Give either db, a better-sqlite3 connection, or prisma');
    const prisma = { $executeRawUnsafe: async () => 0, $queryRawUnsafe: async () => [] };
    expect(() => sqlite.createAuditLog({ prisma }).record(change)).toThrow('give { prisma: tx }');
  });
});

describe('the transaction of a caller on PostgreSQL', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let pool: pg.Pool;
  let log: postgres.PostgresAuditLog;
  beforeAll(async () => {
    server = await startPostgres({ args: ['-c', 'fsync=off'] });
    pool = new pg.Pool({ connectionString: server.url });
    // The server may be gone before the last socket of the pool is.
    pool.on('connect', (client) => void client.on('error', () => undefined));
    await pool.query(postgres.migrationFor());
    log = postgres.createAuditLog({ pool });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  it('is missed where a pool is given, or a client that has begun none', async () => {
    const message =
      '{ client } has no transaction open on it; give the connection on which you began one, not a pool.';
    await expect(log.record(change, { client: pool })).rejects.toThrow(message);
    const client = await pool.connect();
    await expect(log.record(change, { client })).rejects.toThrow(message);
    await expect(log.captureAs({ client }, () => 1, { actor })).rejects.toThrow(message);
    client.release();
  });

  it('waits for the writer before it, and links to what that one committed', async () => {
    const [first, second] = [await pool.connect(), await pool.connect()];
    await first.query('BEGIN');
    await second.query('BEGIN');
    await log.record(change, { client: first });
    const waiting = log.record(change, { client: second });
    await first.query('COMMIT');
    await waiting;
    await second.query('COMMIT');
    first.release();
    second.release();
    expect(await log.verify()).toMatchObject({ ok: true, checked: 2 });
  });

  it('with an older snapshot is busy instead of making a fork', async () => {
    const client = await pool.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await client.query('SELECT 1 FROM request_changes');
    await log.record(change);
    await expect(log.record(change, { client })).rejects.toMatchObject({
      code: 'ERR_AUDIT_STORE',
      busy: true,
    });
    await client.query('ROLLBACK');
    client.release();
    expect(await log.verify()).toMatchObject({ ok: true, checked: 3 });
  });

  it('must be one client', () => {
    expect(() => postgres.createAuditLog({})).toThrow('Give one of pool, client and prisma');
    expect(() => postgres.createAuditLog({ pool, client: pool })).toThrow(
      'Give one of pool, client and prisma',
    );
  });
});
