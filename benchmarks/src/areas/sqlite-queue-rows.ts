import { absolute, atLeast, atMost, compared, type Row, type Target } from '../harness/rows.ts';
import type { EngineAnswer } from '../queues/serve-engine.ts';

export const ENGINES = ['sqlite', 'memory', 'always', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

/** The queues of each engine, and how many jobs wait in them throughout. */
export const BACKLOGS = { none: 0, many: 100_000, million: 1_000_000 } as const;
export type Backlog = keyof typeof BACKLOGS;

/** Ms from the call of `add` to the start of the job, over the jobs of one round. */
export interface Latency {
  readonly median: number;
  readonly p99: number;
}

const AREA = 'sqlite-queue';
const TITLES: Readonly<Record<Engine, string>> = {
  sqlite: 'BullMQ on SQLite, synchronous=FULL',
  memory: 'BullMQ on in-memory Redis',
  always: 'BullMQ on Redis, appendfsync always',
  postgres: 'BullMQ on PostgreSQL',
};
const MEASURES = {
  add: 'add, 100 at once',
  bulk: 'add in bulks of 100',
  process50: 'process, concurrency 50',
  process10: 'process, concurrency 10',
  process1: 'process, concurrency 1',
} as const;
type Measure = keyof typeof MEASURES;

const PEERS = ['memory', 'always', 'postgres'] as const;
/** The budgets of the design, for 100 adders and 50 workers. */
const BUDGETS: Readonly<Record<'memory' | 'always', number>> = { memory: 1.3, always: 2 };
/** "Flat" allows for the deeper trees of a larger file, not for anything that grows with the number of jobs. */
const FLAT_RATIO = 0.8;
const LOOP_LIMIT_MS = 25;
const LATENCY_LIMITS_MS = { one: 10, two: 30 } as const;
const IDLE_LIMIT_PERCENT = 1;

export type Throughput = Readonly<Record<`${Engine}-${Backlog}`, readonly EngineAnswer[]>>;

export function throughputRows(samples: Throughput): Row[] {
  const backlogs = Object.keys(BACKLOGS) as Backlog[];
  const measures = Object.keys(MEASURES) as Measure[];
  return [
    ...backlogs.flatMap((backlog) =>
      measures.flatMap((measure) => PEERS.map((peer) => peerRow(samples, measure, backlog, peer))),
    ),
    ...(['many', 'million'] as const).flatMap((backlog) =>
      measures.map((measure) => flatRow(samples, measure, backlog)),
    ),
    ...backlogs.map((backlog) => loopRow(samples, backlog)),
  ];
}

function peerRow(samples: Throughput, measure: Measure, backlog: Backlog, peer: (typeof PEERS)[number]): Row {
  return compared(
    {
      area: AREA,
      case: `${MEASURES[measure]}, ${waiting(backlog)}`,
      unit: 'jobs/s',
      samples: samples[`sqlite-${backlog}`].map((answer) => answer[measure]),
      against: TITLES[peer],
      againstSamples: samples[`${peer}-${backlog}`].map((answer) => answer[measure]),
    },
    peer === 'postgres' ? undefined : budget(measure, peer),
  );
}

function budget(measure: Measure, peer: keyof typeof BUDGETS): Target | undefined {
  return measure === 'add' || measure === 'process50' ? atLeast(BUDGETS[peer]) : undefined;
}

function flatRow(samples: Throughput, measure: Measure, backlog: 'many' | 'million'): Row {
  return compared(
    {
      area: AREA,
      case: `${MEASURES[measure]}, ${waiting(backlog)}, SQLite`,
      unit: 'jobs/s',
      samples: samples[`sqlite-${backlog}`].map((answer) => answer[measure]),
      against: 'the same with none waiting',
      againstSamples: samples['sqlite-none'].map((answer) => answer[measure]),
    },
    atLeast(FLAT_RATIO),
  );
}

function loopRow(samples: Throughput, backlog: Backlog): Row {
  return absolute(
    {
      area: AREA,
      case: `event loop delay, p99, 100 add and 50 work, ${waiting(backlog)}, SQLite`,
      unit: 'ms',
      samples: samples[`sqlite-${backlog}`].map(({ loopP99Ms }) => loopP99Ms),
    },
    atMost(LOOP_LIMIT_MS),
  );
}

function waiting(backlog: Backlog): string {
  return `${BACKLOGS[backlog].toLocaleString('en-US')} waiting`;
}

export type Latencies = Readonly<Record<`${Engine}-${'one' | 'two'}`, readonly Latency[]>>;

/** The medians have limits; the others are there to be compared. */
export function latencyRows(samples: Latencies): Row[] {
  return (['one', 'two'] as const).flatMap((processes) =>
    ENGINES.flatMap((engine) =>
      (['median', 'p99'] as const).map((figure) =>
        absolute(
          {
            area: AREA,
            case: `add to start, ${figure}, ${processes === 'one' ? 'one process' : 'across processes'}, ${TITLES[engine]}`,
            unit: 'ms',
            samples: samples[`${engine}-${processes}`].map((latency) => latency[figure]),
          },
          engine === 'sqlite' && figure === 'median' ? atMost(LATENCY_LIMITS_MS[processes]) : undefined,
        ),
      ),
    ),
  );
}

export function idleRow(samples: readonly number[]): Row {
  return absolute(
    { area: AREA, case: 'CPU of a process with an idle worker, SQLite', unit: '% of a core', samples },
    atMost(IDLE_LIMIT_PERCENT),
  );
}
