import { type Child, startChild } from '../harness/child.ts';
import { type Contender, interleave } from '../harness/interleave.ts';
import { absolute, atMost, compared, type Row } from '../harness/rows.ts';
import { overTheWire } from '../http/over-the-wire.ts';
import type { Library, ScrapeAnswer, ScrapeQuestion } from '../metrics/registries.ts';
import type { AreaOptions } from './area.ts';

const LOAD = new URL('../http/load.ts', import.meta.url);
const SERVER = new URL('../metrics/server.ts', import.meta.url);
const REGISTRIES = new URL('../metrics/registries.ts', import.meta.url);

const DEFAULT_ROUNDS = 7;
/** 588 label sets of a histogram are 9,996 lines of a scrape. */
const SIZES = [
  { labelSets: 588, title: '10,000 series', target: atMost(50) },
  // Beyond what is promised: seventeen times as much.
  { labelSets: 10_000, title: '170,000 series', target: undefined },
] as const;
const WARM_UP_SCRAPES = 5;

const SUBJECTS = ['bare', 'holdfast', 'bundle'] as const;
type Subject = (typeof SUBJECTS)[number];

/** The middleware over the wire, and a scrape: its time, the longest time the event loop had no turn, the memory. */
export async function metrics(options: AreaOptions): Promise<Row[]> {
  return [...(await middleware(options)), ...(await scrapes(options)), ...(await memory(options))];
}

async function middleware({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const children: Child[] = [];
  const begin = async (file: URL, env: Record<string, string> = {}): Promise<Child> => {
    const child = await startChild(file, { env });
    children.push(child);
    return child;
  };
  try {
    const load = await begin(LOAD);
    const contenders: Partial<Record<Subject, Contender>> = {};
    for (const name of SUBJECTS) {
      const server = await begin(SERVER, { BENCH_METRICS: name });
      progress.step(`metrics: warm-up of ${name}`);
      contenders[name] = await overTheWire(load, `${await server.ask<string>('url')}/orders/1`);
    }
    const samples = await interleave(contenders as Record<Subject, Contender>, {
      label: 'metrics, middleware over the wire',
      rounds,
      progress,
    });
    const row = (title: string, of: Subject, against: Subject, name: string): Row =>
      compared({
        area: 'metrics',
        case: title,
        unit: 'req/s',
        samples: samples[of],
        against: name,
        againstSamples: samples[against],
      });
    return [
      row('Express with metricsMiddleware()', 'holdfast', 'bundle', 'express-prom-bundle'),
      row('Express with metricsMiddleware()', 'holdfast', 'bare', 'bare Express'),
      row('Express with express-prom-bundle', 'bundle', 'bare', 'bare Express'),
    ];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/** Each library in a process of its own, one scrape a round. */
async function scrapes({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { labelSets, title, target } of SIZES) {
    const ours = await startChild(REGISTRIES);
    const theirs = await startChild(REGISTRIES);
    try {
      const contender = (child: Child, library: Library) => async () =>
        child.ask<ScrapeAnswer>('scrape', { library, labelSets } satisfies ScrapeQuestion);
      const contenders = { ours: contender(ours, 'holdfast'), theirs: contender(theirs, 'promClient') };
      for (let i = 0; i < WARM_UP_SCRAPES; i += 1) {
        progress.step(`metrics: warm-up of a scrape of ${title}`);
        await contenders.ours();
        await contenders.theirs();
      }
      const samples = await interleave<'ours' | 'theirs', ScrapeAnswer>(contenders, {
        label: `metrics, scrape of ${title}`,
        rounds,
        progress,
      });
      const time = (of: readonly ScrapeAnswer[]) => of.map(({ ms }) => ms);
      const block = (of: readonly ScrapeAnswer[]) => of.map(({ longestBlockMs }) => longestBlockMs);
      const row = { area: 'metrics', unit: 'ms' };
      rows.push(
        absolute(
          {
            ...row,
            case: `longest block of the event loop by a scrape, ${title}`,
            samples: block(samples.ours),
          },
          target,
        ),
        compared({
          ...row,
          case: `longest block of the event loop by a scrape, ${title}`,
          samples: block(samples.ours),
          against: 'prom-client',
          againstSamples: block(samples.theirs),
          ratioOf: 'theirs/ours',
        }),
        compared({
          ...row,
          case: `time of a scrape, ${title}`,
          samples: time(samples.ours),
          against: 'prom-client',
          againstSamples: time(samples.theirs),
          ratioOf: 'theirs/ours',
        }),
      );
    } finally {
      await Promise.all([ours.stop(), theirs.stop()]);
    }
  }
  return rows;
}

/** Fresh processes, since what is freed late would be counted with what comes next. */
async function memory({ progress }: AreaOptions): Promise<Row[]> {
  const weigh = async (library: Library): Promise<number> => {
    progress.step(`metrics: memory of ${library}`);
    const child = await startChild(REGISTRIES);
    try {
      return await child.ask<number>('weigh', { library, labelSets: 10_000 } satisfies ScrapeQuestion);
    } finally {
      await child.stop();
    }
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    ours.push(await weigh('holdfast'));
    theirs.push(await weigh('promClient'));
  }
  return [
    compared({
      area: 'metrics',
      case: 'memory of one series of a histogram',
      unit: 'bytes',
      samples: ours,
      against: 'prom-client',
      againstSamples: theirs,
    }),
  ];
}
