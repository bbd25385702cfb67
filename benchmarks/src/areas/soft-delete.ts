import { startChild } from '../harness/child.ts';
import { interleave } from '../harness/interleave.ts';
import { absolute, type Compared, compared, type Row } from '../harness/rows.ts';
import { startSubject } from '../harness/subject.ts';
import { migrateOnPostgres } from '../soft-delete/postgres-migration.ts';
import type { AreaOptions } from './area.ts';
import { inUs } from './libraries.ts';

const SUBJECT = new URL('../soft-delete/subject.ts', import.meta.url);
const DEFAULT_ROUNDS = 9;
const MILLION = 1_000_000;

/**
 * Reads and deletes against the same by hand, with 90 % of the rows deleted, and the migration of a million rows.
 * prisma-extension-soft-delete 2.0.1 is no contender: it needs the client that the older generator puts into
 * node_modules, and does not load with the one of Prisma 7.
 */
export async function softDelete(options: AreaOptions): Promise<Row[]> {
  return [...(await calls(options)), ...(await migrations(options))];
}

async function calls({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const subject = await startSubject(SUBJECT);
  try {
    progress.step('soft-delete: warm-up');
    const samples = await interleave(
      {
        readRepository: await inUs(subject, 'readRepository'),
        readFresh: await inUs(subject, 'readFresh'),
        readByHand: await inUs(subject, 'readByHand'),
        deleteRepository: await inUs(subject, 'deleteRepository'),
        deleteByHand: await inUs(subject, 'deleteByHand'),
        readExtension: await inUs(subject, 'readExtension'),
        readPrismaByHand: await inUs(subject, 'readPrismaByHand'),
        deleteExtension: await inUs(subject, 'deleteExtension'),
        deletePrismaByHand: await inUs(subject, 'deletePrismaByHand'),
      },
      { label: 'soft-delete', rounds, progress },
    );
    const row = (title: string, of: number[], against: string, againstSamples: number[]): Row => {
      const figures: Compared = {
        area: 'soft-delete',
        case: title,
        unit: 'us',
        samples: of,
        against,
        againstSamples,
        ratioOf: 'theirs/ours',
      };
      return compared(figures);
    };
    const { readRepository, readFresh, readExtension, deleteRepository, deleteExtension } = samples;
    return [
      row('repository, 20 rows, 90 % deleted', readRepository, 'the same by hand', samples.readByHand),
      row('repository, 20 rows, 90 % deleted', readRepository, 'as many live rows, none deleted', readFresh),
      row('repository, delete and restore', deleteRepository, 'two updates by hand', samples.deleteByHand),
      row(
        'Prisma extension, 20 rows, 90 % deleted',
        readExtension,
        'where by hand',
        samples.readPrismaByHand,
      ),
      row(
        'Prisma extension, delete and restore',
        deleteExtension,
        'two updates by hand',
        samples.deletePrismaByHand,
      ),
    ];
  } finally {
    await subject.stop();
  }
}

async function migrations({ progress }: AreaOptions): Promise<Row[]> {
  const child = await startChild(SUBJECT);
  try {
    const rows: Row[] = [];
    for (const inline of [false, true]) {
      progress.step('soft-delete: a million rows migrated on SQLite');
      const figures = await child.ask<{ lockedMs: number; rows: number }>('migrateSqlite', { inline });
      const what = inline ? 'UNIQUE in the table, rebuilt' : 'unique index';
      rows.push(
        lasting(`migration of a million rows, SQLite, ${what}: writers wait`, figures.lockedMs, figures.rows),
      );
    }
    progress.step('soft-delete: a million rows migrated on PostgreSQL');
    const { seconds, longestWriteMs, rows: kept } = await migrateOnPostgres();
    rows.push(lasting('migration of a million rows, PostgreSQL: in all', seconds * 1_000, kept));
    rows.push(
      lasting('migration of a million rows, PostgreSQL: longest write meanwhile', longestWriteMs, kept),
    );
    return rows;
  } finally {
    await child.stop();
  }
}

function lasting(title: string, ms: number, rows: number): Row {
  if (rows !== MILLION) throw new Error(`${title}: ${rows} rows are left of ${MILLION}.`);
  return absolute({ area: 'soft-delete', case: title, unit: 'ms', samples: [ms] });
}
