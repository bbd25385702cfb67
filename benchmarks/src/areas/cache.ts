import { type Child, startChild } from '../harness/child.ts';
import { type Contender, interleave } from '../harness/interleave.ts';
import { absolute, atLeast, atMost, compared, type Row } from '../harness/rows.ts';
import { startSubject } from '../harness/subject.ts';
import { overTheWire } from '../http/over-the-wire.ts';
import type { AreaOptions } from './area.ts';
import { inUs } from './libraries.ts';

const LOAD = new URL('../http/load.ts', import.meta.url);
const SERVER = new URL('../cache/server.ts', import.meta.url);
const MEMORY = new URL('../cache/memory.ts', import.meta.url);

const DEFAULT_ROUNDS = 7;
const STAMPEDE = 1_000;

const SUBJECTS = ['bare', 'holdfast', 'apicache'] as const;
type Subject = (typeof SUBJECTS)[number];

/** A hit over the wire and in memory, and a thousand requests at once for what is not there yet. */
export async function cache(options: AreaOptions): Promise<Row[]> {
  const children: Child[] = [];
  const begin = async (file: URL, env: Record<string, string> = {}): Promise<Child> => {
    const child = await startChild(file, { env });
    children.push(child);
    return child;
  };
  try {
    const load = await begin(LOAD);
    const servers = new Map<Subject, Child>();
    for (const name of SUBJECTS) servers.set(name, await begin(SERVER, { BENCH_CACHE: name }));
    const rows = await hits(load, servers, options);
    const ours = servers.get('holdfast');
    if (ours !== undefined) rows.push(await stampede(ours, options));
    return [...rows, ...(await inMemory(options))];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

async function hits(
  load: Child,
  servers: ReadonlyMap<Subject, Child>,
  { rounds = DEFAULT_ROUNDS, progress }: AreaOptions,
): Promise<Row[]> {
  const contenders: Partial<Record<Subject, Contender>> = {};
  for (const [name, server] of servers) {
    progress.step(`cache: warm-up of ${name}`);
    contenders[name] = await overTheWire(load, `${await server.ask<string>('url')}/quick`);
  }
  const samples = await interleave(contenders as Record<Subject, Contender>, {
    label: 'cache, hit over the wire',
    rounds,
    progress,
  });
  const row = (title: string, of: Subject, against: Subject, limit?: number): Row =>
    compared(
      {
        area: 'cache',
        case: title,
        unit: 'req/s',
        samples: samples[of],
        against: against === 'bare' ? 'bare JSON handler' : against,
        againstSamples: samples[against],
      },
      limit === undefined ? undefined : atLeast(limit),
    );
  return [
    row('response cache, hit', 'holdfast', 'bare', 1),
    row('response cache, hit', 'holdfast', 'apicache'),
    row('apicache, hit', 'apicache', 'bare'),
  ];
}

async function stampede(server: Child, { progress }: AreaOptions): Promise<Row> {
  progress.step(`cache: ${STAMPEDE} requests at once`);
  const url = await server.ask<string>('url');
  await Promise.all(
    Array.from({ length: STAMPEDE }, async () => {
      const answer = await fetch(`${url}/slow/cold`);
      await answer.arrayBuffer();
    }),
  );
  const runs = await server.ask<number>('runs');
  const title = `${STAMPEDE} requests at once, cold: runs of the handler`;
  return absolute({ area: 'cache', case: title, unit: 'runs', samples: [runs] }, atMost(1));
}

async function inMemory({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const subject = await startSubject(MEMORY);
  try {
    progress.step('cache: warm-up in memory');
    const samples = await interleave(
      {
        frozen: await inUs(subject, 'frozen'),
        copy: await inUs(subject, 'copy'),
        bentocache: await inUs(subject, 'bentocache'),
      },
      { label: 'cache, hit in memory', rounds, progress },
    );
    const row = (title: string, of: readonly number[]): Row =>
      compared({
        area: 'cache',
        case: title,
        unit: 'us',
        samples: of,
        against: 'bentocache getOrSet, one shared object',
        againstSamples: samples.bentocache,
        ratioOf: 'theirs/ours',
      });
    return [
      row('getOrLoad, hit, frozen object', samples.frozen),
      row('getOrLoad, hit, a copy for each caller', samples.copy),
    ];
  } finally {
    await subject.stop();
  }
}
