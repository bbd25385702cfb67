import type { Clock } from '@holdfast/context/clock';
import { type ActParts, actOnLetter } from './act-on-letter.ts';
import { FailedScan } from './failed-scan.ts';
import { inLanes } from './pace.ts';
import { ScanPosition } from './scan-position.ts';

/** What one step of an expiry did. */
export interface ExpiryResult {
  /** Dead letters removed. */
  readonly expired: number;
  /** Whether there may be further ones. */
  readonly more: boolean;
}

const LANES = 8;
const SWEEP_EVERY_MS = 3_600_000;
const NEXT_BATCH_MS = 1000;
const BATCH = 500;
/** Who expires letters, on the record. */
const ACTOR = 'expiry';

/** Removes the oldest of the letters that died at `until` or before, `limit` at most. */
export async function expireLetters<Data>(
  parts: ActParts<Data>,
  until: number,
  limit: number,
): Promise<ExpiryResult> {
  const found = await new FailedScan(parts.access, new ScanPosition('oldest')).next(limit);
  const due = found.filter(({ job }) => (job.finishedOn ?? 0) <= until);
  let expired = 0;
  await inLanes(due, LANES, undefined, async ({ job }) => {
    const letter = { jobName: job.name, failedAt: job.finishedOn ?? 0 };
    const request = { act: 'expire', by: ACTOR, letter } as const;
    // Somebody else has it in hand, or was quicker: it is not for us to remove.
    if (await succeeds(actOnLetter(parts, job.id ?? '', request))) expired += 1;
  });
  return { expired, more: due.length === limit && expired > 0 };
}

async function succeeds(act: Promise<void>): Promise<boolean> {
  try {
    await act;
    return true;
  } catch (error) {
    if (error instanceof Error && 'jobId' in error) return false;
    throw error;
  }
}

/** Expires letters once an hour, in batches with a pause between them, until the returned function is called. */
export function sweepRegularly<Data>(
  parts: ActParts<Data>,
  maxAgeMs: number,
  onTrouble: (error: Error) => void,
): () => void {
  const { clock } = parts;
  let stopped = false;
  let timer = clock.setTimer(() => void sweep(), NEXT_BATCH_MS);

  async function sweep(): Promise<void> {
    let more = false;
    try {
      ({ more } = await expireLetters(parts, expiryTime(clock, maxAgeMs), BATCH));
    } catch (error) {
      onTrouble(error as Error);
    }
    if (!stopped) timer = clock.setTimer(() => void sweep(), more ? NEXT_BATCH_MS : SWEEP_EVERY_MS);
  }

  return () => {
    stopped = true;
    timer.cancel();
  };
}

export function expiryTime(clock: Clock, maxAgeMs: number): number {
  return clock.wallTime() - maxAgeMs;
}
