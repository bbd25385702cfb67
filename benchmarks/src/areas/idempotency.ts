import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '@holdfast/test-servers';
import { type Child, startChild } from '../harness/child.ts';
import { interleave } from '../harness/interleave.ts';
import { absolute, atLeast, atMost, compared, type Row } from '../harness/rows.ts';
import { startCountingProxy } from '../idempotency/counting-proxy.ts';
import type { PostQuestion } from '../idempotency/load.ts';
import type { PurgeAnswer, StoredQuestion } from '../idempotency/purge.ts';
import type { AreaOptions } from './area.ts';

const LOAD = new URL('../idempotency/load.ts', import.meta.url);
const SERVER = new URL('../idempotency/server.ts', import.meta.url);
const PURGE = new URL('../idempotency/purge.ts', import.meta.url);

const DEFAULT_ROUNDS = 5;
const ROUND_SECONDS = 2;
const MILLION = 1_000_000;
const MEMORY_RECORDS = 20_000;
const COUNTED_CALLS = 100;
const HEADERS = { 'content-type': 'application/json', 'idempotency-key': 'the-key' };
const BODY = '{"amount":500,"currency":"eur"}';

const STORES = ['memory', 'sqlite', 'redis', 'postgres'] as const;
/** Each replay asks the store, as the first one of a key does. */
const UNCACHED = [
  'memory, asked each time',
  'sqlite, asked each time',
  'redis, asked each time',
  'postgres, asked each time',
] as const;
const SUBJECTS = ['bare', 'peer', ...STORES, ...UNCACHED] as const;
type Subject = (typeof SUBJECTS)[number];
type Path = 'fresh' | 'replay' | 'conflict';

const TITLES: Readonly<Record<Subject, string>> = {
  bare: 'bare handler',
  peer: 'express-idempotency, in memory',
  memory: 'memory',
  sqlite: 'SQLite, durable',
  redis: 'Redis',
  postgres: 'PostgreSQL',
  'memory, asked each time': 'memory, asked each time',
  'sqlite, asked each time': 'SQLite, asked each time',
  'redis, asked each time': 'Redis, asked each time',
  'postgres, asked each time': 'PostgreSQL, asked each time',
};

interface Bench {
  readonly load: Child;
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  readonly begin: (file: URL, env?: Record<string, string>) => Promise<Child>;
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
      ...(await throughput(bench, 'fresh', ['bare', 'peer', ...STORES], options)),
      ...(await throughput(bench, 'replay', [...SUBJECTS], options)),
      ...(await throughput(bench, 'conflict', ['bare', ...STORES], options)),
      ...(await roundTrips(bench)),
      ...(await keeping(bench, options)),
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
    const [store = name, asked] = name.split(', ');
    const child = await begin(SERVER, {
      BENCH_STORE: store,
      BENCH_TARGET: targets[store as Subject] ?? '',
      ...(asked === undefined ? {} : { BENCH_REPLAY_CACHE: 'none' }),
    });
    urls.set(name, await child.ask<string>('url'));
  }
  return { load, redis, postgres, begin, urls };
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
      path === 'replay' && against === 'bare' && isStore(name) ? atLeast(0.8) : undefined,
    );
  const ours = names.filter(isStore);
  return [
    ...names.filter((name) => name !== 'bare').map((name) => row(name, 'bare')),
    ...(names.includes('peer') ? ours.map((name) => row(name, 'peer')) : []),
  ];
}

const isStore = (name: Subject): boolean => STORES.some((store) => store === name);

/** Sends a request whose handler never answers, and waits until it has the key. */
async function holdKey(url: string): Promise<void> {
  request(url, { method: 'POST', headers: HEADERS })
    .on('error', () => undefined)
    .end(BODY);
  while ((await Promise.race([post(url), never()])) !== 409);
}

const never = (): Promise<number> => new Promise((resolve) => setTimeout(resolve, 500, 0));

async function post(url: string): Promise<number> {
  const answer = await fetch(url, { method: 'POST', headers: HEADERS, body: BODY });
  await answer.arrayBuffer();
  return answer.status;
}

/** What goes over the wire for each request, with nothing remembered by the process. */
async function roundTrips({ redis, postgres, begin }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, server, most] of [
    ['redis', redis, { fresh: 2, replay: 1 }],
    ['postgres', postgres, { fresh: 2, replay: 1 }],
  ] as const) {
    const proxy = await startCountingProxy(server.port);
    const target = server.url.replace(`:${server.port}`, `:${proxy.port}`);
    const child = await begin(SERVER, {
      BENCH_STORE: name,
      BENCH_TARGET: target,
      BENCH_REPLAY_CACHE: 'none',
    });
    const url = await child.ask<string>('url');
    for (const path of ['fresh', 'replay'] as const) {
      await post(`${url}/${path}`);
      proxy.roundTrips();
      for (let n = 0; n < COUNTED_CALLS; n += 1) await post(`${url}/${path}`);
      const samples = [proxy.roundTrips() / COUNTED_CALLS];
      const title = `${path}, ${TITLES[name]}: round trips`;
      const measured = { area: 'idempotency', case: title, unit: 'per request', samples };
      rows.push(absolute(measured, atMost(most[path])));
    }
    await child.stop();
    await proxy.close();
  }
  return rows;
}

async function keeping({ redis, postgres, begin }: Bench, { progress }: AreaOptions): Promise<Row[]> {
  progress.step('idempotency: memory for each record, and a million of them purged');
  const child = await begin(PURGE);
  const heap = await child.ask<number>('memory', { count: MEMORY_RECORDS });
  const stored = (store: StoredQuestion['store'], url: string): Promise<number> =>
    child.ask<number>('stored', { store, url, count: MEMORY_RECORDS } satisfies StoredQuestion);
  const inRedis = await stored('redis', redis.url);
  const inPostgres = await stored('postgres', postgres.url);
  // In a process of its own: what the others have left on the heap is not the purge's to collect.
  const purging = await begin(PURGE);
  const purge = await purging.ask<PurgeAnswer>('purge', { records: MILLION });
  if (purge.deleted !== MILLION) throw new Error(`${purge.deleted} records were removed.`);
  const row = (title: string, unit: string, value: number, limit?: number): Row =>
    absolute(
      { area: 'idempotency', case: title, unit, samples: [value] },
      limit === undefined ? undefined : atMost(limit),
    );
  return [
    row('a record of 200 bytes, memory store', 'bytes of heap', heap),
    row('a record of 200 bytes, SQLite', 'bytes of file', purge.bytesPerRecord),
    row('a record of 200 bytes, Redis', 'bytes of memory', inRedis),
    row('a record of 200 bytes, PostgreSQL', 'bytes of table and indexes', inPostgres),
    row('purge of a million records, SQLite', 's', purge.seconds),
    row(
      'purge of a million records: longest standstill of the event loop',
      'ms',
      purge.longestStandstillMs,
      20,
    ),
    ...(purge.withoutWaitingMs === undefined
      ? []
      : [row('the same without its waiting for a core', 'ms', purge.withoutWaitingMs)]),
    row('the same of a thread that does nothing meanwhile', 'ms', purge.machineStandstillMs),
  ];
}
