import type { JobJson, JobState } from 'bullmq';
import { sliceOf } from '../backend/page.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { findJob, toJobJson } from './job-row.ts';
import { placesOfPriority } from './placement.ts';
import { STATE, type StateCode, stateCode, stateName } from './states.ts';

const OLDEST_FIRST =
  'SELECT id FROM bullmq_job WHERE queue = +? AND state = +? ORDER BY ord, ref LIMIT +? OFFSET +?';
const NEWEST_FIRST =
  'SELECT id FROM bullmq_job WHERE queue = +? AND state = +? ORDER BY ord DESC, ref DESC LIMIT +? OFFSET +?';
const COUNT_BETWEEN =
  'SELECT count(*) AS jobs FROM bullmq_job WHERE queue = +? AND state = +? AND ord >= +? AND ord < +?';

export function readJob(scope: QueueScope, jobId: string): JobJson | undefined {
  const row = findJob(scope, jobId);
  return row === undefined ? undefined : toJobJson(scope, row);
}

export function readState(scope: QueueScope, jobId: string): JobState | 'unknown' {
  return stateName(findJob(scope, jobId)?.state ?? -1);
}

/** Whether the job is in a state as BullMQ names it; `paused` is a list of the past that is always empty. */
export function isInState(scope: QueueScope, state: string, jobId: string): boolean {
  const code = stateCode(state);
  if (code === undefined && state !== 'paused') throw new Error(`Unknown job state: ${state}`);
  return code !== undefined && findJob(scope, jobId)?.state === code;
}

/** 0 not finished, 1 completed, 2 failed, -1 missing; with the result, the reason or what is missing. */
export function readOutcome(scope: QueueScope, jobId: string, jobKey: string): [number, string] {
  const row = findJob(scope, jobId);
  if (row === undefined) return [-1, `Missing key for job ${jobKey}. isFinished`];
  if (row.state === STATE.completed) return [1, row.return_value ?? 'null'];
  if (row.state === STATE.failed) return [2, row.failed_reason ?? ''];
  return [0, ''];
}

/** @param dueBefore counts only delayed jobs due before this epoch ms */
export function readCounts(
  { sql, record }: QueueScope,
  types: readonly string[],
  dueBefore?: number,
): number[] {
  return types.map((type) => {
    const state = stateCode(type);
    if (state === undefined) return 0;
    if (state !== STATE.delayed || dueBefore === undefined) return record.count(state);
    return countBetween({ sql, record }, state, 0, dueBefore);
  });
}

export function readCountsPerPriority(scope: QueueScope, priorities: readonly number[]): number[] {
  return priorities.map((priority) => {
    if (priority === 0) return scope.record.count(STATE.waiting);
    const { from, below } = placesOfPriority(priority);
    return countBetween(scope, STATE.prioritized, from, below);
  });
}

/**
 * Job ids by type, each an inclusive range of places. Waiting and active jobs are lists in BullMQ's contract: newest
 * first whichever way they are counted, since its getters turn them round.
 */
export function readRanges(
  scope: QueueScope,
  types: readonly string[],
  start: number,
  end: number,
  oldestFirst: boolean,
): string[][] {
  return types.map((type) => {
    const state = stateCode(type);
    if (state === undefined) return [];
    const ids = readRange(scope, state, start, end, oldestFirst);
    const isList = state === STATE.waiting || state === STATE.active;
    return isList && oldestFirst ? ids.reverse() : ids;
  });
}

function readRange(
  { sql, record }: QueueScope,
  state: StateCode,
  start: number,
  end: number,
  oldestFirst: boolean,
): string[] {
  const { offset, limit } = sliceOf(start, end, record.count(state));
  if (limit === 0) return [];
  const text = oldestFirst ? OLDEST_FIRST : NEWEST_FIRST;
  return sql.all<{ id: string }>(text, record.ref, state, limit, offset).map(({ id }) => id);
}

function countBetween(
  { sql, record }: Pick<QueueScope, 'sql' | 'record'>,
  state: StateCode,
  from: number,
  below: number,
): number {
  return sql.get<{ jobs: number }>(COUNT_BETWEEN, record.ref, state, from, below)?.jobs ?? 0;
}
