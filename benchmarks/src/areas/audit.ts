import { startPostgres } from '@holdfast/test-servers';
import type { Mode, VerifyQuestion, WriteQuestion } from '../audit/subject.ts';
import { type Child, startChild } from '../harness/child.ts';
import { interleave } from '../harness/interleave.ts';
import { absolute, compared, type Row } from '../harness/rows.ts';
import type { AreaOptions } from './area.ts';

const SUBJECT = new URL('../audit/subject.ts', import.meta.url);
const DEFAULT_ROUNDS = 7;
const ROUND_SECONDS = 1;
const VERIFIED_ROWS = 100_000;

const TITLES: Readonly<Record<Mode, string>> = {
  alone: 'the row alone',
  none: 'row and change, no chain',
  global: 'row and change, one chain',
  tenant: 'row and change, a chain for each tenant',
};

/**
 * Transactions a second that write one row of the application, alone and with its change (two images of 90 bytes), on
 * SQLite with synchronous=FULL, and on PostgreSQL over one connection and over eight, where writers of one chain wait
 * for each other until the commit. Then rows a second of verify(), over a hundred thousand.
 */
export async function audit(options: AreaOptions): Promise<Row[]> {
  const server = await startPostgres();
  let subject: Child | undefined;
  try {
    subject = await startChild(SUBJECT, { env: { BENCH_POSTGRES: server.url } });
    return [
      ...(await writes(subject, 'sqlite', 1, ['alone', 'none', 'global'], options)),
      ...(await writes(subject, 'postgres', 1, ['alone', 'none', 'global'], options)),
      ...(await writes(subject, 'postgres', 8, ['alone', 'none', 'global', 'tenant'], options)),
      await verified(subject, 'sqlite', options),
      await verified(subject, 'postgres', options),
    ];
  } finally {
    await subject?.stop();
    await server.stop();
  }
}

async function writes(
  subject: Child,
  engine: WriteQuestion['engine'],
  connections: number,
  modes: readonly Mode[],
  { rounds = DEFAULT_ROUNDS, progress }: AreaOptions,
): Promise<Row[]> {
  const place =
    engine === 'sqlite'
      ? 'SQLite, FULL'
      : `PostgreSQL, ${connections} connection${connections === 1 ? '' : 's'}`;
  const write = (mode: Mode, seconds: number): Promise<number> => {
    const question: WriteQuestion = { engine, mode, seconds, connections };
    return subject.ask<number>('write', question);
  };
  progress.step(`audit: warm-up on ${place}`);
  for (const mode of modes) await write(mode, ROUND_SECONDS / 2);
  const samples = await interleave(
    Object.fromEntries(modes.map((mode) => [mode, () => write(mode, ROUND_SECONDS)])),
    { label: `audit, ${place}`, rounds, progress },
  );
  const of = (mode: Mode): number[] => samples[mode] ?? [];
  return modes.map((mode) => {
    const measured = {
      area: 'audit',
      case: `${TITLES[mode]}, ${place}`,
      unit: 'commits/s',
      samples: of(mode),
    };
    if (mode === 'alone') return absolute(measured);
    return compared({ ...measured, against: TITLES.alone, againstSamples: of('alone') });
  });
}

async function verified(
  subject: Child,
  engine: VerifyQuestion['engine'],
  { rounds = DEFAULT_ROUNDS, progress }: AreaOptions,
): Promise<Row> {
  const question: VerifyQuestion = { engine, rows: VERIFIED_ROWS };
  progress.step(`audit: a chain of ${VERIFIED_ROWS} on ${engine}`);
  await subject.ask('fill', question);
  const samples = await interleave(
    { verify: () => subject.ask<number>('verify', question) },
    { label: `audit, verify() on ${engine}`, rounds, progress },
  );
  const title = engine === 'sqlite' ? 'SQLite' : 'PostgreSQL';
  return absolute({ area: 'audit', case: `verify(), ${title}`, unit: 'rows/s', samples: samples.verify });
}
