import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import { type Child, startChild } from '../harness/child.ts';
import { interleave } from '../harness/interleave.ts';
import { absolute, atLeast, atMost, compared, type Row } from '../harness/rows.ts';
import type { PostQuestion } from '../idempotency/load.ts';
import type { PurgeAnswer } from '../idempotency/purge.ts';
import type { AreaOptions } from './area.ts';

const LOAD = new URL('../idempotency/load.ts', import.meta.url);
const SERVER = new URL('../idempotency/server.ts', import.meta.url);
const PURGE = new URL('../idempotency/purge.ts', import.meta.url);

const DEFAULT_ROUNDS = 5;
const ROUND_SECONDS = 2;
const MILLION = 1_000_000;
const MEMORY_RECORDS = 20_000;
const COUNTED_CALLS = 100;

const STORES = ['memory', 'sqlite', 'redis', 'postgres'] as const;
const SUBJECTS = ['bare', 'peer', ...STORES] as const;
type Subject = (typeof SUBJECTS)[number];
type Path = 'fresh' | 'replay' | 'conflict';

const TITLES: Readonly<Record<Subject, string>> = {
  bare: 'bare handler',
  peer: 'express-idempotency, in memory',
  memory: 'memory',
  sqlite: 'SQLite, durable',
  redis: 'Redis',
  postgres: 'PostgreSQL',
};

interface Bench {
  readonly load: Child;
  readonly redis: RedisServer;
  readonly urls: ReadonlyMap<Subject, string>;
}

/** A first call, a replay and a conflict with each store, over the wire; then round trips, memory and the purge. */
export async function idempotency(options: AreaOptions): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const children: Child[] = [];
  const redis = await startRedis();
  const postgres = await startPostgres();
  try {
    const bench = await start(folder, redis, postgres, children);
    return [
      ...(await throughput(bench, 'fresh', [...SUBJECTS], options)),
      ...(await throughput(bench, 'replay', [...SUBJECTS], options)),
      ...(await throughput(bench, 'conflict', ['bare', ...STORES], options)),
      ...(await roundTrips(bench)),
      ...(await keeping(children, options)),
    ];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await redis.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(
  folder: string,
  redis: RedisServer,
  postgres: PostgresServer,
  children: Child[],
): Promise<Bench> {
  const targets: Partial<Record<Subject, string>> = {
    sqlite: join(folder, 'store.db'),
    redis: redis.url,
    postgres: postgres.url,
  };
  const begin = async (file: URL, env: Record<string, string> = {}): Promise<Child> => {
    const child = await startChild(file, { env });
    children.push(child);
    return child;
  };
  const load = await begin(LOAD);
  const urls = new Map<Subject, string>();
  for (const name of SUBJECTS) {
    const child = await begin(SERVER, { BENCH_STORE: name, BENCH_TARGET: targets[name] ?? '' });
    urls.set(name, await child.ask<string>('url'));
  }
  return { load, redis, urls };
}

function urlOf({ urls }: Bench, name: Subject, path: Path): string {
  const url = urls.get(name);
  if (url === undefined) throw new Error(`The server "${name}" was not started.`);
  return `${url}/${path}`;
}

async function throughput(
  bench: Bench,
  path: Path,
  names: Subject[],
  { rounds = DEFAULT_ROUNDS, progress }: AreaOptions,
): Promise<Row[]> {
  const statusOf = (name: Subject): number => (path === 'conflict' && name !== 'bare' ? 409 : 201);
  const measure = (name: Subject, seconds: number): Promise<number> => {
    const question: PostQuestion = { url: urlOf(bench, name, path), seconds, status: statusOf(name) };
    return bench.load.ask<number>('post', question);
  };
  for (const name of names) {
    progress.step(`idempotency: warm-up of ${path}, ${TITLES[name]}`);
    if (path === 'replay') await post(urlOf(bench, name, path));
    if (path === 'conflict' && name !== 'bare') await holdKey(urlOf(bench, name, path));
    await measure(name, 1);
  }
  const samples = await interleave(
    Object.fromEntries(names.map((name) => [name, () => measure(name, ROUND_SECONDS)])),
    { label: `idempotency, ${path}`, rounds, progress },
  );
  const row = (name: Subject, against: Subject): Row =>
    compared(
      {
        area: 'idempotency',
        case: `${path}, ${TITLES[name]}`,
        unit: 'req/s',
        samples: samples[name] ?? [],
        against: TITLES[against],
        againstSamples: samples[against] ?? [],
      },
      path === 'replay' && against === 'bare' && name !== 'peer' ? atLeast(0.8) : undefined,
    );
  const ours = names.filter((name) => name !== 'bare' && name !== 'peer');
  return [
    ...names.filter((name) => name !== 'bare').map((name) => row(name, 'bare')),
    ...(names.includes('peer') ? ours.map((name) => row(name, 'peer')) : []),
  ];
}

/** Sends a request whose handler never answers, and waits until it has the key. */
async function holdKey(url: string): Promise<void> {
  request(url, { method: 'POST', headers: { 'content-type': 'application/json' } })
    .on('error', () => undefined)
    .end('{"amount":500,"currency":"eur"}');
  while ((await Promise.race([post(url), never()])) !== 409);
}

const never = (): Promise<number> => new Promise((resolve) => setTimeout(resolve, 500, 0));

async function post(url: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: '{"amount":500,"currency":"eur"}' });
  await answer.arrayBuffer();
  return answer.status;
}

/** What Redis counts: scripts that were called, for each request. */
async function roundTrips(bench: Bench): Promise<Row[]> {
  const client = new Redis(bench.redis.url);
  const rows: Row[] = [];
  for (const [path, most] of [
    ['fresh', 2],
    ['replay', 1],
  ] as const) {
    await client.config('RESETSTAT');
    for (let n = 0; n < COUNTED_CALLS; n += 1) await post(urlOf(bench, 'redis', path));
    const calls = Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1]);
    const samples = [calls / COUNTED_CALLS];
    const title = `${path}, Redis: round trips`;
    rows.push(absolute({ area: 'idempotency', case: title, unit: 'per request', samples }, atMost(most)));
  }
  client.disconnect();
  return rows;
}

async function keeping(children: Child[], { progress }: AreaOptions): Promise<Row[]> {
  progress.step('idempotency: a million records, purged');
  const child = await startChild(PURGE);
  children.push(child);
  const heap = await child.ask<number>('memory', { count: MEMORY_RECORDS });
  const purge = await child.ask<PurgeAnswer>('purge', { records: MILLION });
  if (purge.deleted !== MILLION) throw new Error(`${purge.deleted} records were removed.`);
  const row = (title: string, unit: string, value: number, limit?: number): Row =>
    absolute(
      { area: 'idempotency', case: title, unit, samples: [value] },
      limit === undefined ? undefined : atMost(limit),
    );
  return [
    row('a record of 200 bytes, memory store', 'bytes of heap', heap),
    row('a record of 200 bytes, SQLite', 'bytes of file', purge.bytesPerRecord),
    row('purge of a million records, SQLite', 's', purge.seconds),
    row(
      'purge of a million records: longest standstill of the event loop',
      'ms',
      purge.longestStandstillMs,
      20,
    ),
  ];
}
