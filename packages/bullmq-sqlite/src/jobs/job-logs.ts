import { sliceOf } from '../backend/page.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { findJob } from './job-row.ts';
import { missingJob } from './job-state-error.ts';

const LAST_LINE = 'SELECT max(line) AS line, count(*) AS lines FROM bullmq_log WHERE job = +?';
const INSERT_LINE = 'INSERT INTO bullmq_log (job, line, row) VALUES (?, ?, ?)';
const DELETE_UP_TO = 'DELETE FROM bullmq_log WHERE job = +? AND line <= +?';
const OLDEST_FIRST = 'SELECT row FROM bullmq_log WHERE job = +? ORDER BY line LIMIT +? OFFSET +?';
const NEWEST_FIRST = 'SELECT row FROM bullmq_log WHERE job = +? ORDER BY line DESC LIMIT +? OFFSET +?';

interface LogSize {
  line: number | null;
  lines: number;
}

/** Appends a line and keeps the newest `keep`, all when it is 0. @returns how many there are then */
export function addLog(scope: QueueScope, jobId: string, text: string, keep: number): number {
  const row = findJob(scope, jobId);
  if (row === undefined) throw missingJob(jobId, 'addLog');
  const { line, lines } = sizeOf(scope, row.ref);
  const next = (line ?? 0) + 1;
  scope.sql.run(INSERT_LINE, row.ref, next, text);
  if (keep === 0) return lines + 1;
  scope.sql.run(DELETE_UP_TO, row.ref, next - keep);
  return Math.min(keep, lines + 1);
}

/** Removes all lines but the newest `keep`. */
export function clearLogs(scope: QueueScope, jobId: string, keep: number): void {
  const row = findJob(scope, jobId);
  if (row === undefined) return;
  scope.sql.run(DELETE_UP_TO, row.ref, (sizeOf(scope, row.ref).line ?? 0) - keep);
}

/** A page of lines; negative places count from the end, as in BullMQ's getters. */
export function readLogs(
  scope: QueueScope,
  jobId: string,
  start: number,
  end: number,
  oldestFirst: boolean,
): { logs: string[]; count: number } {
  const row = findJob(scope, jobId);
  if (row === undefined) return { logs: [], count: 0 };
  const count = sizeOf(scope, row.ref).lines;
  const { offset, limit } = sliceOf(start, end, count);
  const found = scope.sql.all<{ row: string }>(
    oldestFirst ? OLDEST_FIRST : NEWEST_FIRST,
    row.ref,
    limit,
    offset,
  );
  return { logs: found.map((line) => line.row), count };
}

function sizeOf({ sql }: QueueScope, job: number): LogSize {
  return sql.get<LogSize>(LAST_LINE, job) ?? { line: null, lines: 0 };
}
