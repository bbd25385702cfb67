import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startRedis } from '@holdfast/test-servers';
import {
  type BenchPlace,
  fanOutRate,
  latencies,
  pacedLatencies,
  postgresPlace,
  publishRate,
  redisPlace,
  sqlitePlace,
  transactionRate,
} from '../events/bus-rounds.ts';
import { type Contender, interleave } from '../harness/interleave.ts';
import { absolute, atMost, compared, type Row } from '../harness/rows.ts';
import { median, quantile } from '../harness/statistics.ts';
import type { AreaOptions } from './area.ts';

const DEFAULT_ROUNDS = 3;
const EVENTS = 5_000;
/** PostgreSQL, and one commit after the other on SQLite, wait for the disk. */
const SLOW_EVENTS = 1_000;
const FAN_OUT_DELIVERIES = 5_000;
const FAN_OUT = [1, 10, 100] as const;
/** From the commit to the handler; the budget is that of the hand-over alone, so that this is the stricter. */
const OUTBOX_MEDIAN_MS = 50;

type Engine = 'sqlite' | 'redis' | 'postgres';
type Places = Readonly<Record<Engine, BenchPlace>>;

const TITLES: Readonly<Record<Engine, string>> = {
  sqlite: 'SQLite, durable',
  redis: 'Redis, in memory',
  postgres: 'PostgreSQL',
};
const FROM = {
  publish: 'from the publish',
  outbox: 'from the commit of the outbox',
  load: 'from the commit of the outbox, 100 a second,',
} as const;
const ENGINES = ['sqlite', 'redis', 'postgres'] as const;

/** Publish with and without outbox, from the commit to the handler, and fan-out. PostgreSQL has no connections for 100 groups in one process. */
export async function events({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const redis = await startRedis();
  const postgres = await startPostgres({ args: ['-c', 'max_connections=400'] });
  const places: Places = {
    sqlite: sqlitePlace(folder),
    redis: redisPlace(redis.url, folder),
    postgres: await postgresPlace(postgres.url),
  };
  try {
    return [
      ...(await publishRows(places, { rounds, progress })),
      ...(await latencyRows(places, { rounds, progress })),
      ...(await fanOutRows(places, { rounds, progress })),
    ];
  } finally {
    for (const engine of ENGINES) await places[engine].close();
    await redis.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly rounds: number;
  readonly progress: AreaOptions['progress'];
}

async function publishRows(places: Places, { rounds, progress }: Run): Promise<Row[]> {
  const contenders: Record<string, Contender> = {};
  for (const engine of ENGINES) {
    const place = places[engine];
    const count = engine === 'postgres' ? SLOW_EVENTS : EVENTS;
    contenders[`${engine} publish`] = () => publishRate(place, count);
    contenders[`${engine} with`] = () => transactionRate(place, SLOW_EVENTS, true);
    contenders[`${engine} without`] = () => transactionRate(place, SLOW_EVENTS, false);
  }
  const samples = await interleave(contenders, { label: 'events: publish', rounds, progress });
  return ENGINES.flatMap((engine) => [
    absolute({
      area: 'events',
      case: `publish, ${TITLES[engine]}`,
      unit: 'events/s',
      samples: samples[`${engine} publish`] ?? [],
    }),
    compared({
      area: 'events',
      case: `transaction with an event, bus on ${TITLES[engine]}`,
      unit: 'transactions/s',
      samples: samples[`${engine} with`] ?? [],
      against: 'the same without an event',
      againstSamples: samples[`${engine} without`] ?? [],
    }),
  ]);
}

async function latencyRows(places: Places, { rounds, progress }: Run): Promise<Row[]> {
  const contenders: Record<string, Contender<readonly number[]>> = {};
  for (const engine of ENGINES) {
    contenders[`${engine} publish`] = () => latencies(places[engine], false);
    contenders[`${engine} outbox`] = () => latencies(places[engine], true);
    contenders[`${engine} load`] = () => pacedLatencies(places[engine]);
  }
  const samples = await interleave(contenders, { label: 'events: latency', rounds, progress });
  return ENGINES.flatMap((engine) =>
    (['publish', 'outbox', 'load'] as const).flatMap((from) => {
      const measured = samples[`${engine} ${from}`] ?? [];
      const row = (what: string, of: (round: readonly number[]) => number) => ({
        area: 'events',
        case: `${FROM[from]} to the handler, ${what}, ${TITLES[engine]}`,
        unit: 'ms',
        samples: measured.map(of),
      });
      const budget = from === 'publish' ? undefined : atMost(OUTBOX_MEDIAN_MS);
      return [
        absolute(row('median', median), budget),
        absolute(row('p99', (round) => quantile(round, 0.99))),
      ];
    }),
  );
}

async function fanOutRows(places: Places, { rounds, progress }: Run): Promise<Row[]> {
  const contenders: Record<string, Contender> = {};
  for (const engine of ENGINES) {
    for (const groups of FAN_OUT) {
      if (engine === 'postgres' && groups > 10) continue;
      const count = FAN_OUT_DELIVERIES / groups / (engine === 'postgres' ? 5 : 1);
      contenders[`${groups} ${TITLES[engine]}`] = () => fanOutRate(places[engine], count, groups);
    }
  }
  const samples = await interleave(contenders, { label: 'events: fan-out', rounds, progress });
  return Object.entries(samples).map(([name, values]) =>
    absolute({
      area: 'events',
      case: `fan-out to ${name.replace(' ', ' groups, ')}`,
      unit: 'deliveries/s',
      samples: values,
    }),
  );
}
