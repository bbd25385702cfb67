import { interleave } from '../harness/interleave.ts';
import { atLeast, atMost, type Compared, compared, type Row } from '../harness/rows.ts';
import type { Subject } from '../harness/subject.ts';
import type { AreaOptions } from './area.ts';
import { inUs, type Library, type Subjects, withLibraries } from './libraries.ts';

const DEFAULT_ROUNDS = 15;
const FOOTPRINT_BREAKERS = 2_000;
const BYTES_PER_KIB = 1_024;

/** The breaker alone: closed, failing and open, and what each one keeps in memory. */
export function breaker(options: AreaOptions): Promise<Row[]> {
  return withLibraries(async (subjects) => [
    ...(await closed(subjects, options)),
    ...(await fasterThan(subjects, options, 'failure', 'failing call, circuit closed')),
    ...(await fasterThan(subjects, options, 'open', 'call rejected by the open circuit')),
    ...(await memory(subjects)),
  ]);
}

async function closed(
  subjects: Subjects,
  { rounds = DEFAULT_ROUNDS, progress }: AreaOptions,
): Promise<Row[]> {
  progress.step('breaker: warm-up of the closed circuit');
  const samples = await interleave(
    {
      ours: await inUs(subjects.holdfast, 'closed'),
      oursWithTimeout: await inUs(subjects.holdfast, 'closedWithTimeout'),
      opossum: await inUs(subjects.opossum, 'closed'),
      opossumWithTimeout: await inUs(subjects.opossum, 'closedWithTimeout'),
      cockatiel: await inUs(subjects.cockatiel, 'closed'),
    },
    { label: 'breaker, closed', rounds, progress },
  );
  const row = (title: string, of: number[], against: string, againstSamples: number[]): Compared => ({
    area: 'breaker',
    case: title,
    unit: 'us',
    samples: of,
    against,
    againstSamples,
  });
  const withoutTimeout = 'opossum without timeout';
  return [
    compared(row('closed, without timeout', samples.ours, withoutTimeout, samples.opossum), atMost(1.7)),
    compared(
      row('closed, without timeout', samples.ours, 'opossum with timeout', samples.opossumWithTimeout),
    ),
    compared(row('closed, without timeout', samples.ours, 'cockatiel', samples.cockatiel)),
    compared(
      row(
        'closed, with timeout',
        samples.oursWithTimeout,
        'opossum with timeout',
        samples.opossumWithTimeout,
      ),
    ),
  ];
}

async function fasterThan(
  subjects: Subjects,
  { rounds = DEFAULT_ROUNDS, progress }: AreaOptions,
  name: string,
  title: string,
): Promise<Row[]> {
  progress.step(`breaker: warm-up of "${title}"`);
  const samples = await interleave(
    {
      holdfast: await inUs(subjects.holdfast, name),
      opossum: await inUs(subjects.opossum, name),
      cockatiel: await inUs(subjects.cockatiel, name),
    },
    { label: `breaker, ${title}`, rounds, progress },
  );
  const row = (against: Library): Compared => ({
    area: 'breaker',
    case: title,
    unit: 'us',
    samples: samples.holdfast,
    against,
    againstSamples: samples[against],
    ratioOf: 'theirs/ours',
  });
  return [compared(row('opossum'), atLeast(3)), compared(row('cockatiel'))];
}

async function memory(subjects: Subjects): Promise<Row[]> {
  const kib = async (subject: Subject): Promise<number> =>
    (await subject.footprint(FOOTPRINT_BREAKERS)) / BYTES_PER_KIB;
  const ours = [await kib(subjects.holdfast)];
  const opossum = [await kib(subjects.opossum)];
  const cockatiel = [await kib(subjects.cockatiel)];
  const measured = { area: 'breaker', case: 'memory of an idle breaker', unit: 'KiB', samples: ours };
  return [
    compared({ ...measured, against: 'opossum', againstSamples: opossum }),
    compared({ ...measured, against: 'cockatiel', againstSamples: cockatiel }),
  ];
}
