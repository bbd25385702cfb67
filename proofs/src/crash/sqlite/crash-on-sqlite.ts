import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProofContext, ProofResult } from '../../harness/proof.ts';
import { readFinalState } from './final-state.ts';
import { startFleet } from './fleet.ts';
import { createJournal } from './journal.ts';
import { openQueue } from './processes.ts';
import { judge } from './verdict.ts';

const LONGEST_ROUND_MS = 200;
const POLL_MS = 50;
/** Without a job finished for so long, what is left is stuck. */
const STANDSTILL_LIMIT_MS = 30_000;
const SHOWN_EVERY = 10;

/** BullMQ on one SQLite file, used by two producers and three workers: one of the five is killed in each round. */
export async function crashOnSqlite({ size: rounds, random, progress }: ProofContext): Promise<ProofResult> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-proof-'));
  const file = join(folder, 'queue.db');
  const journal = createJournal();
  const fleet = startFleet(file, random.fork(), journal);
  try {
    for (let round = 1; round <= rounds; round += 1) {
      await fleet.someUp();
      await sleep(random.between(0, LONGEST_ROUND_MS));
      await fleet.killOne();
      if (round % SHOWN_EVERY === 0)
        progress(`round ${round} of ${rounds}, ${journal.confirmed.size} jobs confirmed`);
    }
    const unclean = await fleet.end('producer');
    progress('draining');
    await drain(file);
    unclean.push(...(await fleet.end('worker')));
    const { figures, violations } = judge(journal, await readFinalState(file));
    const idle = journal.confirmed.size === 0 ? ['no job was confirmed at all'] : [];
    return {
      figures: { kills: rounds, ...figures },
      violations: [...violations, ...unclean, ...new Set(journal.errors), ...idle],
    };
  } finally {
    await fleet.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until nothing is left to do, or nothing moves any more. */
async function drain(file: string): Promise<void> {
  const queue = openQueue(file);
  try {
    let least = Number.POSITIVE_INFINITY;
    for (let standsSince = performance.now(); least > 0; await sleep(POLL_MS)) {
      const left = await queue.getJobCountByTypes('waiting', 'prioritized', 'active', 'delayed');
      if (left < least) standsSince = performance.now();
      else if (performance.now() - standsSince > STANDSTILL_LIMIT_MS) return;
      least = Math.min(least, left);
    }
  } finally {
    await queue.close();
  }
}
