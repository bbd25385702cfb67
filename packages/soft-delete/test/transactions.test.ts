import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres, startPostgresProxy } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { purgeAll } from '../src/index.ts';
import {
  createSoftDeleteRepository as onPostgres,
  type PostgresSoftDeleteRepository,
} from '../src/postgres/index.ts';
import { defineSchema } from '../src/schema.ts';
import { createSoftDeleteRepository } from '../src/sqlite/index.ts';

const schema = defineSchema({
  events: {},
  contracts: { relations: [{ foreignKey: 'event_id', parent: 'events', onDelete: 'restrict' }] },
  contests: { relations: [{ foreignKey: 'event_id', parent: 'events', onDelete: 'cascade' }] },
});
const restricted = { code: 'ERR_SOFT_DELETE_RESTRICTED' };

function tables(timestamp: string): string {
  const marks = `deleted_at ${timestamp}, deleted_by TEXT, deletion_id TEXT`;
  return `CREATE TABLE events (id INTEGER PRIMARY KEY, ${marks});
    CREATE TABLE contracts (id INTEGER PRIMARY KEY, event_id INTEGER, ${marks});
    CREATE TABLE contests (id INTEGER PRIMARY KEY, event_id INTEGER, ${marks});
    INSERT INTO events (id) VALUES (1), (2);
    INSERT INTO contests (id, event_id) VALUES (1, 1);`;
}

describe('a transaction of the caller on SQLite', () => {
  let folder: string;
  let db: Database.Database;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-soft-delete-'));
    db = new Database(join(folder, 'app.db'));
    db.pragma('journal_mode = WAL');
    db.exec(tables('INTEGER'));
    return () => {
      db.close();
      rmSync(folder, { recursive: true });
    };
  });

  it('takes the act with it when it is rolled back', () => {
    const events = createSoftDeleteRepository({ db, schema, table: 'events' });
    const work = db.transaction(() => {
      events.delete(1);
      expect(events.count()).toBe(1);
      throw new Error('no');
    });
    expect(work).toThrow('no');
    expect(events.count()).toBe(2);
  });

  it('goes on after an act that was refused, which has changed nothing', () => {
    const events = createSoftDeleteRepository({ db, schema, table: 'events' });
    db.exec('INSERT INTO contracts (id, event_id) VALUES (1, 1)');
    db.transaction(() => {
      expect(() => events.delete(1)).toThrow(expect.objectContaining(restricted));
      events.delete(2);
    })();
    expect(events.findMany()).toMatchObject([{ id: 1 }]);
  });

  it('is seen by other connections as a whole', () => {
    const other = new Database(join(folder, 'app.db'));
    const theirs = createSoftDeleteRepository({ db: other, schema, table: 'events' });
    const events = createSoftDeleteRepository({ db, schema, table: 'events' });
    db.transaction(() => {
      events.delete(1);
      expect(theirs.count()).toBe(2);
    })();
    expect(theirs.count()).toBe(1);
    expect(() => theirs.delete(1)).toThrow(expect.objectContaining({ code: 'ERR_SOFT_DELETE_NOT_FOUND' }));
    theirs.restore(1);
    expect(events.count()).toBe(2);
    other.close();
  });

  it('purges to the end in batches', async () => {
    const events = createSoftDeleteRepository({ db, schema, table: 'events' });
    events.deleteMany({});
    expect(await purgeAll(events, { olderThanMs: 0, batchSize: 1 })).toBe(3);
  });
});

describe('a transaction of the caller on PostgreSQL', () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let events: PostgresSoftDeleteRepository;
  let contests: PostgresSoftDeleteRepository;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ connectionString: server.url });
    // A connection that the server ends as it stops is no failure.
    pool.on('error', () => undefined);
    events = onPostgres({ pool, schema, table: 'events' });
    contests = onPostgres({ pool, schema, table: 'contests' });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });
  beforeEach(async () => {
    await pool.query(`DROP TABLE IF EXISTS events, contracts, contests; ${tables('timestamptz')}`);
  });

  it('fails, and nothing else does, when the server ends its connection between two statements', async () => {
    const proxy = await startPostgresProxy(server.url);
    const through = new pg.Pool({ connectionString: proxy.url });
    through.on('error', () => undefined);
    const theirs = onPostgres({ pool: through, schema, table: 'events' });
    expect(await theirs.count()).toBe(2);
    proxy.endBehindNextAnswer();
    await expect(theirs.delete(1)).rejects.toThrow(/terminat|not queryable/);
    expect(proxy.ended).toBe(1);
    expect(await events.count()).toBe(2);
    await theirs.delete(1);
    expect(await events.count()).toBe(1);
    await through.end();
    await proxy.close();
  });

  async function inTransaction(
    work: (client: pg.PoolClient) => Promise<void>,
    end: 'COMMIT' | 'ROLLBACK',
  ): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await work(client);
      await client.query(end);
    } finally {
      client.release();
    }
  }

  /** Resolves once a session waits for a lock; fails when none does. */
  async function somebodyWaits(): Promise<void> {
    for (let looks = 0; looks < 3000; looks += 1) {
      const { rowCount } = await pool.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
      if (rowCount !== 0) return;
    }
    throw new Error('Nobody waits for a lock.');
  }

  it('takes the act with it when it is rolled back', async () => {
    await inTransaction(async (client) => {
      const tx = { client };
      await events.delete(1, { tx });
      expect([await events.count({}, { tx }), await events.count()]).toEqual([1, 2]);
    }, 'ROLLBACK');
    expect(await events.count()).toBe(2);
  });

  it('goes on after an act that was refused, which has changed nothing', async () => {
    await pool.query('INSERT INTO contracts (id, event_id) VALUES (1, 1)');
    await inTransaction(async (client) => {
      await expect(events.delete(1, { tx: { client } })).rejects.toMatchObject(restricted);
      await events.delete(2, { tx: { client } });
    }, 'COMMIT');
    expect(await events.findMany()).toMatchObject([{ id: 1 }]);
  });

  it('lets a restore below it wait, and refuses that once the parent is deleted', async () => {
    await contests.delete(1);
    let restore: Promise<unknown> | undefined;
    await inTransaction(async (client) => {
      await events.delete(1, { tx: { client } });
      restore = contests.restore(1).catch((error: { code: string }) => error.code);
      await somebodyWaits();
    }, 'COMMIT');
    expect(await restore).toBe('ERR_SOFT_DELETE_PARENT_DELETED');
    expect(await contests.count()).toBe(0);
  });

  it('lets a delete above it wait, which then takes the restored row along', async () => {
    await contests.delete(1);
    let deleted: Promise<{ counts: object }> | undefined;
    await inTransaction(async (client) => {
      await contests.restore(1, { tx: { client } });
      deleted = events.delete(1);
      await somebodyWaits();
    }, 'COMMIT');
    expect((await deleted)?.counts).toEqual({ events: 1, contests: 1 });
  });

  it('takes turns on a single client', async () => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const single = onPostgres({ client, schema, table: 'events' });
    const both = await Promise.allSettled([single.delete(1), single.delete(1), single.delete(2)]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await client.end();
  });
});
