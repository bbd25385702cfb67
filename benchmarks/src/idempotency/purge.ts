/** A process that removes a great number of old records and says how long its event loop stood still at most. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import {
  MemoryIdempotencyStore,
  PostgresIdempotencyStore,
  purgeExpired,
  RedisIdempotencyStore,
  SqliteIdempotencyStore,
} from '@holdfast/idempotency';
import Database from 'better-sqlite3';
import { Redis } from 'ioredis';
import pg from 'pg';
import { answerParent } from '../harness/answer-parent.ts';
import { footprint } from '../harness/cases.ts';
import { watchWithoutWaiting } from './standstill.ts';

export interface PurgeAnswer {
  readonly deleted: number;
  readonly seconds: number;
  readonly longestStandstillMs: number;
  /** Of the same loop, what was not waiting for a core; absent where the system does not tell. */
  readonly withoutWaitingMs?: number;
  /** Of a process that does nothing at the same time: what the machine itself takes away. */
  readonly machineStandstillMs: number;
  readonly bytesPerRecord: number;
}

const NS_PER_MS = 1e6;
const BODY_BYTES = 200;
const FILLED_AT_ONCE = 100;

/** Keys as they come: hashes, so that an index on them is written all over. */
const FILL = `
  INSERT INTO holdfast_idempotency
    (key, fingerprint, owner, token, takeovers, claimed_at, lease_until, expires_at, result)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
  SELECT hex(randomblob(16)), 'f', 'o', i, 0, 0, 0, i, zeroblob(${BODY_BYTES}) FROM n`;

async function purge({ records }: { records: number }): Promise<PurgeAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const file = join(folder, 'store.db');
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  const store = new SqliteIdempotencyStore({ db });
  await store.release({ key: '', owner: '', token: 0 });
  db.prepare(FILL).run(records);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const bytesPerRecord = statSync(file).size / records;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const machine = watchMachine();
  const began = performance.now();
  delay.enable();
  const endWatch = watchWithoutWaiting();
  const deleted = await purgeExpired(store);
  delay.disable();
  const withoutWaitingMs = endWatch();
  const machineStandstillMs = await machine.end();
  const seconds = (performance.now() - began) / 1_000;
  await store.close();
  db.close();
  rmSync(folder, { recursive: true });
  return {
    deleted,
    seconds,
    longestStandstillMs: delay.max / NS_PER_MS,
    ...(withoutWaitingMs === undefined ? {} : { withoutWaitingMs }),
    machineStandstillMs,
    bytesPerRecord,
  };
}

/** A thread that has nothing to do but to look at the clock. */
function watchMachine(): { end(): Promise<number> } {
  const source = `
    const { monitorEventLoopDelay } = require('node:perf_hooks');
    const { parentPort } = require('node:worker_threads');
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    parentPort.once('message', () => parentPort.postMessage(delay.max));`;
  const worker = new Worker(source, { eval: true });
  return {
    async end() {
      worker.postMessage('end');
      const [max] = (await once(worker, 'message')) as [number];
      await worker.terminate();
      return max / NS_PER_MS;
    },
  };
}

/** The heap that a record with a small answer keeps in the memory store. */
function memory({ count }: { count: number }): number {
  const store = new MemoryIdempotencyStore({ maxRecords: count + 1 });
  const request = { fingerprint: 'f'.repeat(43), leaseMs: 1_000, ttlMs: 86_400_000, takeOver: false };
  return footprint(
    (index) => {
      const lease = { key: `${index}`.padStart(43, 'k'), owner: `${index}`.padStart(16, 'o') };
      void store.claim({ ...request, ...lease });
      void store.complete({ ...lease, token: 0 }, Buffer.alloc(BODY_BYTES), 86_400_000);
      return undefined;
    },
    { count },
  );
}

export interface StoredQuestion {
  readonly store: 'redis' | 'postgres';
  readonly url: string;
  readonly count: number;
}

/** What a record with a small answer takes in a server: of Redis' memory, or of PostgreSQL's table with its indexes. */
async function stored({ store: name, url, count }: StoredQuestion): Promise<number> {
  const isRedis = name === 'redis';
  await using store = isRedis ? new RedisIdempotencyStore({ url }) : new PostgresIdempotencyStore({ url });
  const size = isRedis ? redisSize(url) : postgresSize(url);
  const fill = async (prefix: string, records: number): Promise<void> => {
    for (let done = 0; done < records; done += FILLED_AT_ONCE)
      await Promise.all(
        Array.from({ length: FILLED_AT_ONCE }, async (_, index) => {
          const lease = {
            key: `${prefix}${done + index}`.padStart(43, 'k'),
            owner: `${index}`.padStart(16, 'o'),
          };
          const claim = { fingerprint: 'f'.repeat(43), leaseMs: 1_000, ttlMs: 86_400_000, takeOver: false };
          await store.claim({ ...claim, ...lease });
          await store.complete({ ...lease, token: 0 }, Buffer.alloc(BODY_BYTES), 86_400_000);
        }),
      );
  };
  await fill('w', FILLED_AT_ONCE);
  const before = await size();
  await fill('r', count);
  return ((await size()) - before) / count;
}

function redisSize(url: string): () => Promise<number> {
  return async () => {
    const client = new Redis(url);
    const memory = await client.info('memory');
    client.disconnect();
    return Number(/used_memory_dataset:(\d+)/.exec(memory)?.[1]);
  };
}

function postgresSize(url: string): () => Promise<number> {
  return async () => {
    const client = new pg.Client(url);
    await client.connect();
    await client.query('VACUUM holdfast_idempotency');
    const { rows } = await client.query<{ bytes: string }>(
      "SELECT pg_total_relation_size('holdfast_idempotency') AS bytes",
    );
    await client.end();
    return Number(rows[0]?.bytes);
  };
}

answerParent({ purge, memory, stored });
