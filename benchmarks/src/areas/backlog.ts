import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from '../harness/child.ts';
import { interleave } from '../harness/interleave.ts';
import { atLeast, compared, type Row } from '../harness/rows.ts';
import type { RoundAnswer } from '../queues/serve-queue.ts';
import type { AreaOptions } from './area.ts';

const DEFAULT_ROUNDS = 5;
const BACKLOG = 1_000_000;
const FILL_STEP = 50_000;
const ROUND = { jobs: 10_000, adders: 100, workers: 50 } as const;
/** "Flat" allows for the deeper trees of a larger file, not for anything that grows with the number of jobs. */
const FLAT_RATIO = 0.8;

/** BullMQ on SQLite with a million jobs waiting, against the same with none. */
export async function backlog({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const children: Child[] = [];
  const start = async (name: string): Promise<Child> => {
    const child = await startChild(new URL('../queues/backlog.ts', import.meta.url), {
      env: { BENCH_SQLITE_FILE: join(folder, `${name}.db`) },
    });
    children.push(child);
    return child;
  };
  try {
    const empty = await start('empty');
    const full = await start('full');
    for (let waiting = 0; waiting < BACKLOG; ) {
      waiting = await full.ask<number>('fill', FILL_STEP);
      progress.step(`backlog: ${waiting} jobs waiting`);
    }
    const sides = {
      empty: () => empty.ask<RoundAnswer>('round', ROUND),
      full: () => full.ask<RoundAnswer>('round', ROUND),
    };
    await interleave(sides, { label: 'backlog: warm-up', rounds: 1, progress });
    return rowsOf(await interleave(sides, { label: 'backlog', rounds, progress }));
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowsOf(samples: Readonly<Record<'empty' | 'full', RoundAnswer[]>>): Row[] {
  return (['addedPerSecond', 'processedPerSecond'] as const).map((measure) =>
    compared(
      {
        area: 'backlog',
        case: `${measure === 'addedPerSecond' ? 'add' : 'process'} on SQLite with a million jobs waiting`,
        unit: 'jobs/s',
        samples: samples.full.map((round) => round[measure]),
        against: 'the same with none waiting',
        againstSamples: samples.empty.map((round) => round[measure]),
      },
      atLeast(FLAT_RATIO),
    ),
  );
}
