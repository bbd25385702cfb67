import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@holdfast/context/testing';
import { type PostgresServer, startPostgres } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  idempotent,
  MemoryIdempotencyStore,
  PostgresIdempotencyStore,
  SqliteIdempotencyStore,
} from '../src/index.ts';

const key = (order: string): string => order;

describe('complete() in a PostgreSQL transaction', () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let store: PostgresIdempotencyStore;
  const clock = new ManualClock();
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ connectionString: server.url });
    store = new PostgresIdempotencyStore({ url: server.url, clock });
    await pool.query('CREATE TABLE charges (id text)');
  });
  afterAll(async () => {
    await store.close();
    await pool.end();
    await server.stop();
  });

  const charges = async (id: string): Promise<number> =>
    (await pool.query('SELECT FROM charges WHERE id = $1', [id])).rowCount ?? 0;

  async function inTransaction(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await work(client);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  it('commits the record with the row, and every call gets the recorded value', async () => {
    const pay = idempotent<string, string>(
      async (order, run) => {
        await inTransaction(async (client) => {
          await client.query('INSERT INTO charges VALUES ($1)', [order]);
          await run.complete({ client }, 'recorded');
        });
        return 'returned';
      },
      { store, key, clock },
    );
    expect([await pay('a'), await pay('a'), await charges('a')]).toEqual(['recorded', 'recorded', 1]);
  });

  it('leaves neither after a rollback, and the key is free at once', async () => {
    let fails = true;
    const pay = idempotent<string, string>(
      async (order, run) => {
        await inTransaction(async (client) => {
          await client.query('INSERT INTO charges VALUES ($1)', [order]);
          await run.complete({ client }, 'recorded');
          if (fails) throw new Error('rolled back');
        });
        return 'returned';
      },
      { store, key, clock },
    );
    await expect(pay('b')).rejects.toThrow('rolled back');
    expect(await charges('b')).toBe(0);
    fails = false;
    expect([await pay('b'), await charges('b')]).toEqual(['recorded', 1]);
  });

  it('throws into the transaction of an owner that was overtaken, so that only one effect is committed', async () => {
    const gate = Promise.withResolvers<void>();
    const cutOff = new PostgresIdempotencyStore({ pool, clock });
    cutOff.renew = () => Promise.reject(new Error('cut off'));
    let calls = 0;
    const pay = idempotent<string, number>(
      async (order, run) => {
        const call = (calls += 1);
        if (call === 1) await gate.promise;
        await inTransaction(async (client) => {
          await client.query('INSERT INTO charges VALUES ($1)', [order]);
          await run.complete({ client }, call);
        });
        return call;
      },
      { store: cutOff, key, clock, leaseMs: 1_000, onLeaseExpired: 'run-again' },
    );
    const slow = pay('c');
    const refused = expect(slow).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_LEASE_LOST' });
    while (calls === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1_000);
    expect(await pay('c')).toBe(2);
    gate.resolve();
    await refused;
    expect([await pay('c'), await charges('c')]).toEqual([2, 1]);
  });

  it('makes its tables once, however many processes begin at the same time', async () => {
    const url = await server.createDatabase('crowded');
    const stores = Array.from({ length: 8 }, () => new PostgresIdempotencyStore({ url }));
    const request = { fingerprint: 'f', leaseMs: 1_000, ttlMs: 1_000, takeOver: false };
    const outcomes = await Promise.all(
      stores.map((each, n) => each.claim({ ...request, key: 'k', owner: `${n}` })),
    );
    expect(outcomes.filter(({ status }) => status === 'claimed')).toHaveLength(1);
    await Promise.all(stores.map((each) => each.close()));
  });

  it('refuses { db }, and tables of a newer version', async () => {
    expect(() => new PostgresIdempotencyStore({})).toThrow('give one of pool, client and url');
    const lease = { key: 'k', owner: 'o', token: 1 };
    const wrong = { db: {} } as unknown as { client: pg.Pool };
    await expect(store.completeIn(wrong, lease, new Uint8Array(), 1)).rejects.toThrow('needs { client }');
    const url = await server.createDatabase('newer');
    const client = new pg.Client(url);
    await client.connect();
    await client.query('CREATE TABLE holdfast_idempotency_schema AS SELECT 1 AS id, 9 AS version');
    await client.end();
    await using newer = new PostgresIdempotencyStore({ url });
    await expect(newer.release(lease)).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_SCHEMA_VERSION' });
  });
});

describe('complete() in a SQLite transaction', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'holdfast-idempotency-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('joins a transaction on another connection to the same file', async () => {
    const file = join(folder, 'own.db');
    const db = new Database(file);
    db.pragma('synchronous = FULL');
    db.exec('CREATE TABLE charges (id TEXT)');
    await using store = new SqliteIdempotencyStore({ file });
    const pay = idempotent<string, string>(
      (order, run) => {
        const both = db.transaction(() => {
          db.prepare('INSERT INTO charges VALUES (?)').run(order);
          run.complete({ db }, 'recorded');
        });
        both.immediate();
        return 'returned';
      },
      { store, key },
    );
    expect([await pay('a'), await pay('a')]).toEqual(['recorded', 'recorded']);
    expect(db.prepare('SELECT count(*) FROM charges').pluck().get()).toBe(1);
    db.close();
  });

  it('refuses a connection of yours that could lose the record after the answer', async () => {
    const file = join(folder, 'lossy.db');
    await using store = new SqliteIdempotencyStore({ file });
    const db = new Database(file);
    const pay = idempotent<string, string>(
      (_order, run) => {
        run.complete({ db }, 'recorded');
        return 'returned';
      },
      { store, key },
    );
    await expect(pay('a')).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_NOT_DURABLE' });
    db.close();
  });

  it('refuses { client }, file with db, and a connection that is not durable', async () => {
    const db = new Database(join(folder, 'weak.db'));
    expect(() => new SqliteIdempotencyStore({ file: 'x', db })).toThrow('give file or db, not both');
    await using store = new SqliteIdempotencyStore({ db });
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    const lease = { key: 'k', owner: 'o', token: 1 };
    await expect(store.release(lease)).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_NOT_DURABLE' });
    const wrong = { client: {} } as unknown as { db: Database.Database };
    expect(() => store.completeIn(wrong, lease, new Uint8Array(), 1)).toThrow('needs { db }');
    db.close();
  });

  it('keeps its file in HOLDFAST_DATA_DIR where nothing is given', async () => {
    process.env['HOLDFAST_DATA_DIR'] = join(folder, 'data');
    await using store = new SqliteIdempotencyStore();
    expect(await store.release({ key: 'k', owner: 'o', token: 1 })).toBe(false);
    delete process.env['HOLDFAST_DATA_DIR'];
    const db = new Database(join(folder, 'data', 'idempotency.db'), { fileMustExist: true });
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    db.close();
  });
});

describe('a store without transactions', () => {
  it('says so when it is asked to complete in one', async () => {
    const fn = idempotent<string, number>(
      (_order, run) => {
        run.complete({ db: new Database(':memory:') }, 1);
        return 1;
      },
      { store: new MemoryIdempotencyStore(), key },
    );
    await expect(fn('a')).rejects.toThrow('This store cannot complete in a transaction of yours');
  });

  it('refuses new keys when the memory store is full, and throws nothing out', async () => {
    const store = new MemoryIdempotencyStore({ maxRecords: 1 });
    const fn = idempotent<string, string>((order) => order, { store, key });
    await fn('a');
    await expect(fn('b')).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_STORE_UNAVAILABLE' });
    expect(await fn('a')).toBe('a');
    expect(() => new MemoryIdempotencyStore({ maxRecords: 0 })).toThrow('maxRecords is 0');
    await store.close();
  });
});
