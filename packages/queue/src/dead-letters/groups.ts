import type { EngineJob } from '../engines/engine.ts';
import type { EngineAccess } from '../engines/engine-access.ts';
import type { DeathClass } from '../failures/failure-class.ts';
import { FailedScan } from './failed-scan.ts';
import { fingerprintOf } from './fingerprint.ts';
import { ScanPosition } from './scan-position.ts';

/** The dead letters of one failure. */
export interface DeadLetterGroup {
  readonly fingerprint: string;
  readonly failureClass: DeathClass;
  /** Name and message of the error, with `#` for each number and id. */
  readonly error: string;
  /** Where it was thrown: function and file; empty where that is not known. */
  readonly frame: string;
  readonly count: number;
  /** Epoch ms. */
  readonly firstFailedAt: number;
  /** Epoch ms. */
  readonly lastFailedAt: number;
  /** The newest letter of the group. */
  readonly exampleId: string;
  /** Event types or job names, ten at most. */
  readonly jobNames: readonly string[];
}

/** The dead letters of a queue by failure. */
export interface DeadLetterGroups {
  /** The largest first, a thousand at most. */
  readonly groups: readonly DeadLetterGroup[];
  /** Dead letters looked at. */
  readonly total: number;
  /** Those of failures beyond the thousand. */
  readonly ungrouped: number;
}

const CHUNK = 500;
const LARGEST_NUMBER_OF_GROUPS = 1000;
const JOB_NAMES = 10;

/** Counts the dead letters by failure. It reads each once, in chunks, and keeps the groups alone in memory. */
export async function groupLetters<Data>(access: EngineAccess<Data>): Promise<DeadLetterGroups> {
  const groups = new Map<string, Tally>();
  let total = 0;
  let ungrouped = 0;
  const scan = new FailedScan(access, new ScanPosition('newest'));
  for (;;) {
    const letters = await scan.next(CHUNK);
    for (const { job } of letters) if (!count(groups, job)) ungrouped += 1;
    total += letters.length;
    if (letters.length === 0) break;
  }
  const largestFirst = [...groups.values()].sort((a, b) => b.count - a.count).map(asGroup);
  return { groups: largestFirst, total, ungrouped };
}

type Tally = {
  -readonly [K in keyof Omit<DeadLetterGroup, 'jobNames'>]: DeadLetterGroup[K];
} & { readonly jobNames: Set<string> };

function count<Data>(groups: Map<string, Tally>, job: EngineJob<Data>): boolean {
  const print = fingerprintOf(job);
  const failedAt = job.finishedOn ?? 0;
  const known = groups.get(print.fingerprint);
  if (known === undefined && groups.size >= LARGEST_NUMBER_OF_GROUPS) return false;
  const tally = known ?? {
    ...print,
    count: 0,
    firstFailedAt: failedAt,
    lastFailedAt: failedAt,
    exampleId: job.id ?? '',
    jobNames: new Set<string>(),
  };
  groups.set(print.fingerprint, tally);
  tally.count += 1;
  tally.firstFailedAt = Math.min(tally.firstFailedAt, failedAt);
  if (tally.jobNames.size < JOB_NAMES) tally.jobNames.add(job.name);
  return true;
}

function asGroup({ jobNames, ...group }: Tally): DeadLetterGroup {
  return { ...group, jobNames: [...jobNames] };
}
