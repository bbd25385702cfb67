import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisServer, startPostgres, startRedis } from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import { type Child, startChild } from '../harness/child.ts';
import { type Contender, interleave } from '../harness/interleave.ts';
import { atLeast, compared, type Row } from '../harness/rows.ts';
import type { RoundAnswer, RoundQuestion } from '../queues/serve-queue.ts';
import type { AreaOptions } from './area.ts';

const DEFAULT_ROUNDS = 7;
const JOBS = 10_000;
/** PostgreSQL waits for its disk at each job: a tenth takes as long as the rest. */
const POSTGRES_JOBS = 1_000;
const ADDERS = 100;
const WORKERS = 50;

type Side =
  | 'rawMemory'
  | 'rawAlways'
  | 'webhookMemory'
  | 'webhookAlways'
  | 'rawSqlite'
  | 'webhookSqlite'
  | 'rawPostgres'
  | 'webhookPostgres'
  | 'pgBoss';

const TITLES: Readonly<Record<Side, string>> = {
  rawMemory: 'BullMQ on in-memory Redis',
  rawAlways: 'BullMQ on Redis, appendfsync always',
  webhookMemory: 'webhook queue on in-memory Redis',
  webhookAlways: 'webhook queue on Redis, appendfsync always',
  rawSqlite: 'BullMQ on SQLite, synchronous=FULL',
  webhookSqlite: 'webhook queue on SQLite, synchronous=FULL',
  rawPostgres: 'BullMQ on PostgreSQL',
  webhookPostgres: 'webhook queue on PostgreSQL',
  pgBoss: 'pg-boss on PostgreSQL',
};

const RAW_REDIS = new URL('../queues/raw-redis.ts', import.meta.url);
const RAW_SQLITE = new URL('../queues/raw-sqlite.ts', import.meta.url);
const RAW_POSTGRES = new URL('../queues/raw-postgres.ts', import.meta.url);
const PG_BOSS = new URL('../queues/pg-boss.ts', import.meta.url);
const WEBHOOK = new URL('../queues/webhook-queue.ts', import.meta.url);

/** What has to be ended after a run, last started first. */
type Cleanup = Array<() => Promise<unknown>>;

/** Enqueue and process: our queue against BullMQ alone on the same Redis, and BullMQ on SQLite against both. */
export async function queue({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const cleanup: Cleanup = [];
  try {
    progress.step('queue: starting two Redis servers, PostgreSQL and nine processes');
    const sides = await startSides(cleanup);
    await interleave(sides, { label: 'queue: warm-up', rounds: 2, progress });
    return rowsOf(await interleave(sides, { label: 'queue', rounds, progress }));
  } finally {
    for (const end of cleanup.toReversed()) await end();
  }
}

async function startSides(cleanup: Cleanup): Promise<Record<Side, Contender<RoundAnswer>>> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  cleanup.push(async () => rmSync(folder, { recursive: true, force: true }));
  const memory = await redis(cleanup, 'no');
  const always = await redis(cleanup, 'always');
  const receiver = await child(cleanup, new URL('../http/receiver.ts', import.meta.url), {});
  const telemetry = { BENCH_OTLP_URL: await receiver.ask<string>('url') };
  const onRedis = async (file: URL, server: MeasuredRedis): Promise<Contender<RoundAnswer>> =>
    contender(await child(cleanup, file, { ...telemetry, BENCH_REDIS_URL: server.url }), server.flush);
  const onSqlite = async (file: URL): Promise<Contender<RoundAnswer>> =>
    contender(await child(cleanup, file, { ...telemetry, BENCH_SQLITE_FOLDER: folder }));
  const postgres = await startPostgres();
  cleanup.push(() => postgres.stop());
  const onPostgres = async (file: URL): Promise<Contender<RoundAnswer>> => {
    const env = { ...telemetry, BENCH_POSTGRES_URL: postgres.url };
    return contender(await child(cleanup, file, env), undefined, POSTGRES_JOBS);
  };
  // Ours makes the tables in its first round, which is one of the warm-up, before BullMQ alone needs them.
  const webhookPostgres = await onPostgres(WEBHOOK);
  return {
    webhookPostgres,
    rawPostgres: await onPostgres(RAW_POSTGRES),
    pgBoss: await onPostgres(PG_BOSS),
    rawMemory: await onRedis(RAW_REDIS, memory),
    webhookMemory: await onRedis(WEBHOOK, memory),
    rawAlways: await onRedis(RAW_REDIS, always),
    webhookAlways: await onRedis(WEBHOOK, always),
    rawSqlite: await onSqlite(RAW_SQLITE),
    webhookSqlite: await onSqlite(WEBHOOK),
  };
}

interface MeasuredRedis {
  readonly url: string;
  readonly flush: () => Promise<unknown>;
}

async function redis(cleanup: Cleanup, appendfsync: 'no' | 'always'): Promise<MeasuredRedis> {
  const server: RedisServer = await startRedis({ appendfsync });
  cleanup.push(() => server.stop());
  const client = new Redis(server.url);
  cleanup.push(async () => client.disconnect());
  return { url: server.url, flush: () => client.flushall() };
}

async function child(cleanup: Cleanup, file: URL, env: Record<string, string>): Promise<Child> {
  const started = await startChild(file, { env });
  cleanup.push(() => started.stop());
  return started;
}

function contender(
  process: Child,
  flush: () => Promise<unknown> = async () => undefined,
  jobs: number = JOBS,
): Contender<RoundAnswer> {
  let round = 0;
  return async () => {
    round += 1;
    const question: RoundQuestion = { name: `bench-${round}`, jobs, adders: ADDERS, workers: WORKERS };
    const answer = await process.ask<RoundAnswer>('round', question);
    await flush();
    return answer;
  };
}

type Measure = keyof RoundAnswer;

function rowsOf(samples: Readonly<Record<Side, RoundAnswer[]>>): Row[] {
  const row = (measure: Measure, side: Side, against: Side, limit?: number): Row =>
    compared(
      {
        area: 'queue',
        case: `${measure === 'addedPerSecond' ? 'add' : 'process'}, ${TITLES[side]}`,
        unit: 'jobs/s',
        samples: samples[side].map((round) => round[measure]),
        against: TITLES[against],
        againstSamples: samples[against].map((round) => round[measure]),
      },
      limit === undefined ? undefined : atLeast(limit),
    );
  return (['addedPerSecond', 'processedPerSecond'] as const).flatMap((measure) => [
    row(measure, 'webhookMemory', 'rawMemory', 0.9),
    row(measure, 'webhookAlways', 'rawAlways', 0.9),
    row(measure, 'rawSqlite', 'rawMemory', 1.3),
    row(measure, 'rawSqlite', 'rawAlways', 2),
    row(measure, 'webhookSqlite', 'rawMemory'),
    row(measure, 'webhookSqlite', 'rawAlways'),
    row(measure, 'rawAlways', 'rawMemory'),
    row(measure, 'webhookPostgres', 'rawPostgres', 0.9),
    row(measure, 'webhookPostgres', 'pgBoss'),
  ]);
}
