import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startRedis } from '@holdfast/test-servers';
import { type Child, startChild } from '../harness/child.ts';
import { type Contender, interleave } from '../harness/interleave.ts';
import type { Row } from '../harness/rows.ts';
import { quantile } from '../harness/statistics.ts';
import type { EngineName } from '../queues/engine-queue.ts';
import type { EngineAnswer } from '../queues/serve-engine.ts';
import type { AreaOptions } from './area.ts';
import {
  BACKLOGS,
  type Backlog,
  ENGINES,
  type Engine,
  idleRow,
  type Latency,
  latencyRows,
  throughputRows,
} from './sqlite-queue-rows.ts';

const DEFAULT_ROUNDS = 4;
const LATENCY_JOBS = 60;
const IDLE_MS = 4_000;
const IDLE_ROUNDS = 3;
const SERVE = new URL('../queues/serve-engine.ts', import.meta.url);

type Cleanup = Array<() => Promise<unknown>>;

/** An engine: a process that adds and works, and another that only adds. */
interface Running {
  readonly main: Child;
  readonly sender: Child;
}

/**
 * BullMQ on SQLite against BullMQ on its other engines, with nothing, 100,000 and a million jobs waiting. Latency is
 * measured with nothing waiting alone: with a backlog no worker is ever idle.
 */
export async function sqliteQueue({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const cleanup: Cleanup = [];
  try {
    progress.step('sqlite-queue: starting servers and processes');
    const running = await startEngines(cleanup);
    const idle = await measureIdle(running.sqlite.main);
    const latency = await interleave(latencyContenders(running), {
      label: 'sqlite-queue: latency',
      rounds,
      progress,
    });
    for (const engine of ENGINES) {
      for (const [name, waiting] of Object.entries(BACKLOGS)) {
        progress.step(`sqlite-queue: ${waiting} jobs wait on ${engine}`);
        await running[engine].main.ask('fill', { name, waiting });
      }
    }
    const contenders = throughputContenders(running);
    await interleave(contenders, { label: 'sqlite-queue: warm-up', rounds: 1, progress });
    const throughput = await interleave(contenders, { label: 'sqlite-queue', rounds, progress });
    return [...throughputRows(throughput), ...latencyRows(latency), idleRow(idle)];
  } finally {
    for (const end of cleanup.toReversed()) await end();
  }
}

async function startEngines(cleanup: Cleanup): Promise<Record<Engine, Running>> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  cleanup.push(async () => rmSync(folder, { recursive: true, force: true }));
  const memory = await startRedis();
  cleanup.push(() => memory.stop());
  const always = await startRedis({ appendfsync: 'always' });
  cleanup.push(() => always.stop());
  const postgres = await startPostgres();
  cleanup.push(() => postgres.stop());
  const start = async (engine: EngineName, place: string): Promise<Running> => {
    const env = { BENCH_ENGINE: engine, BENCH_PLACE: place };
    const main = await startChild(SERVE, { env });
    cleanup.push(() => main.stop());
    const sender = await startChild(SERVE, { env });
    cleanup.push(() => sender.stop());
    return { main, sender };
  };
  return {
    sqlite: await start('sqlite', folder),
    memory: await start('redis', memory.url),
    always: await start('redis', always.url),
    postgres: await start('postgres', postgres.url),
  };
}

function throughputContenders(
  running: Readonly<Record<Engine, Running>>,
): Record<`${Engine}-${Backlog}`, Contender<EngineAnswer>> {
  const contenders: Record<string, Contender<EngineAnswer>> = {};
  for (const [name, waiting] of Object.entries(BACKLOGS)) {
    for (const engine of ENGINES) {
      contenders[`${engine}-${name}`] = () =>
        running[engine].main.ask<EngineAnswer>('round', { name, waiting });
    }
  }
  return contenders;
}

function latencyContenders(
  running: Readonly<Record<Engine, Running>>,
): Record<`${Engine}-${'one' | 'two'}`, Contender<Latency>> {
  const contenders: Record<string, Contender<Latency>> = {};
  for (const engine of ENGINES) {
    const { main, sender } = running[engine];
    contenders[`${engine}-one`] = async () =>
      summary(await main.ask<number[]>('latency', { name: 'one', jobs: LATENCY_JOBS }));
    let listening = false;
    contenders[`${engine}-two`] = async () => {
      if (!listening) await main.ask('listen', 'two');
      listening = true;
      await sender.ask('send', { name: 'two', jobs: LATENCY_JOBS });
      return summary(await main.ask<number[]>('heard', LATENCY_JOBS));
    };
  }
  return contenders;
}

function summary(samples: readonly number[]): Latency {
  return { median: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
}

async function measureIdle(child: Child): Promise<number[]> {
  const samples: number[] = [];
  for (let round = 0; round < IDLE_ROUNDS; round += 1) {
    samples.push(await child.ask<number>('idle', { name: 'idle', ms: IDLE_MS }));
  }
  return samples;
}
