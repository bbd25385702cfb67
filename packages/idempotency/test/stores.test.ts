import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@holdfast/context/testing';
import {
  type PostgresServer,
  type RedisServer,
  redisServer,
  startPostgres,
  startRedis,
} from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { MemoryIdempotencyStore } from '../src/stores/memory.ts';
import { PostgresIdempotencyStore } from '../src/stores/postgres.ts';
import { RedisIdempotencyStore } from '../src/stores/redis.ts';
import { SqliteIdempotencyStore } from '../src/stores/sqlite.ts';
import type { IdempotencyStore } from '../src/stores/store.ts';
import { storeContract } from '../src/testing/index.ts';

function contract(open: (clock: ManualClock) => IdempotencyStore | Promise<IdempotencyStore>): void {
  it.each(storeContract.map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    const clock = new ManualClock();
    await using store = await open(clock);
    await run({ store, advance: (ms) => clock.advance(ms) });
  });
}

describe('MemoryIdempotencyStore', () => {
  contract((clock) => new MemoryIdempotencyStore({ clock }));
});

describe('SqliteIdempotencyStore', () => {
  let folder: string;
  let files = 0;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'holdfast-idempotency-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  contract((clock) => new SqliteIdempotencyStore({ file: join(folder, `${(files += 1)}.db`), clock }));
});

describe.skipIf(redisServer() === undefined)('RedisIdempotencyStore', () => {
  let server: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.url);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });
  contract(async (clock) => {
    await client.flushall();
    return new RedisIdempotencyStore({ client, clock });
  });
});

describe('PostgresIdempotencyStore', () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ connectionString: server.url });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });
  contract(async (clock) => {
    await pool.query('DROP TABLE IF EXISTS holdfast_idempotency');
    return new PostgresIdempotencyStore({ pool, clock });
  });
});
