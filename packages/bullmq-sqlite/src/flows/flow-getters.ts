import type { DependenciesOpts, JobJson } from 'bullmq';
import { sliceOf } from '../backend/page.ts';
import { NotSupportedYetError } from '../errors.ts';
import { findJob, toJobJson } from '../jobs/job-row.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { CHILD, type ChildState } from './flow-children.ts';
import { locate } from './flow-removal.ts';

const COUNT = 'SELECT count(*) AS children FROM bullmq_child WHERE parent = +? AND state = +?';
const PAGE = `SELECT key, value FROM bullmq_child WHERE parent = +? AND state = +? ORDER BY at, key
  LIMIT +? OFFSET +?`;

const DEFAULT_COUNT = 20;

interface Child {
  key: string;
  value: string | null;
}

/** What BullMQ's `Job.getDependencies` gives, each part only where it was asked for. */
export interface Dependencies {
  processed?: Record<string, unknown>;
  nextProcessedCursor?: number;
  unprocessed?: string[];
  nextUnprocessedCursor?: number;
  ignored?: Record<string, string>;
  nextIgnoredCursor?: number;
  failed?: string[];
  nextFailedCursor?: number;
}

/** A page of a parent's children as BullMQ's `Queue.getDependencies` wants it. */
export interface ChildrenPage {
  cursor: string;
  items: { id: string; v?: unknown; err?: string }[];
  total: number;
  jobs?: JobJson[];
}

export function countChildren(scope: QueueScope, jobId: string, types: readonly string[]): number[] {
  const parent = findJob(scope, jobId)?.ref ?? -1;
  return types.map((type) => count(scope, parent, stateOfType(type)));
}

/** Results of the completed children, JSON text by key. */
export function processedValues(scope: QueueScope, jobId: string): Record<string, string> {
  return valuesOf(all(scope, jobId, CHILD.processed));
}

/** Reasons of the failed children that the parent does not mind, by key. */
export function ignoredFailures(scope: QueueScope, jobId: string): Record<string, string> {
  return valuesOf(all(scope, jobId, CHILD.ignored));
}

/** All children, or pages of those parts that `wanted` names. */
export function readDependencies(scope: QueueScope, jobId: string, wanted: DependenciesOpts): Dependencies {
  const { processed, unprocessed, ignored, failed } = wanted;
  if (!processed && !unprocessed && !ignored && !failed) {
    return {
      processed: resultsOf(all(scope, jobId, CHILD.processed)),
      unprocessed: keysOf(all(scope, jobId, CHILD.pending)),
      ignored: valuesOf(all(scope, jobId, CHILD.ignored)),
      failed: keysOf(all(scope, jobId, CHILD.failed)),
    };
  }
  const parent = findJob(scope, jobId)?.ref ?? -1;
  const found: Dependencies = {};
  if (processed) {
    const { children, next } = page(scope, parent, CHILD.processed, processed);
    found.processed = resultsOf(children);
    found.nextProcessedCursor = next;
  }
  if (unprocessed) {
    const { children, next } = page(scope, parent, CHILD.pending, unprocessed);
    found.unprocessed = keysOf(children);
    found.nextUnprocessedCursor = next;
  }
  if (ignored) {
    const { children, next } = page(scope, parent, CHILD.ignored, ignored);
    found.ignored = valuesOf(children);
    found.nextIgnoredCursor = next;
  }
  if (failed) {
    const { children, next } = page(scope, parent, CHILD.failed, failed);
    found.failed = keysOf(children);
    found.nextFailedCursor = next;
  }
  return found;
}

/**
 * A range of the children that `key` names: `<parent>:processed` with their results, or `<parent>:dependencies`.
 * @throws NotSupportedYetError for any other key
 */
export function paginateChildren(
  scope: QueueScope,
  key: string,
  { start, end, fetchJobs }: { start: number; end: number; fetchJobs?: boolean },
): ChildrenPage {
  const [, jobId = '', type] = /^(.*):(processed|dependencies)$/s.exec(withoutQueue(scope, key)) ?? [];
  if (type === undefined) throw new NotSupportedYetError(`Paging through ${key}`);
  const state = type === 'processed' ? CHILD.processed : CHILD.pending;
  const parent = findJob(scope, jobId)?.ref ?? -1;
  const total = count(scope, parent, state);
  const { offset, limit } = sliceOf(start, end, total);
  const children = scope.sql.all<Child>(PAGE, parent, state, limit, offset);
  const items = children.map((child) => (state === CHILD.processed ? resultItem(child) : { id: child.key }));
  return { cursor: '0', items, total, ...(fetchJobs === true ? { jobs: jobsOf(scope, children) } : {}) };
}

function jobsOf(scope: QueueScope, children: readonly Child[]): JobJson[] {
  return children.flatMap(({ key }) => {
    const member = locate(scope, key);
    return member === undefined ? [] : [toJobJson(member.scope, member.row)];
  });
}

function resultItem({ key, value }: Child): { id: string; v: unknown } {
  return { id: key, v: JSON.parse(value ?? 'null') };
}

function withoutQueue({ record }: QueueScope, key: string): string {
  const prefix = `${record.name}:`;
  return key.startsWith(prefix) ? key.slice(prefix.length) : key;
}

/** The cursor is a place in the list; 0 when there is no more. */
function page(
  scope: QueueScope,
  parent: number,
  state: ChildState,
  { cursor = 0, count: most = DEFAULT_COUNT }: { cursor?: number; count?: number },
): { children: Child[]; next: number } {
  const children = scope.sql.all<Child>(PAGE, parent, state, most, cursor);
  return { children, next: children.length < most ? 0 : cursor + most };
}

function all(scope: QueueScope, jobId: string, state: ChildState): Child[] {
  const parent = findJob(scope, jobId);
  return parent === undefined ? [] : scope.sql.all<Child>(PAGE, parent.ref, state, -1, 0);
}

function count({ sql }: QueueScope, parent: number, state: ChildState): number {
  return sql.get<{ children: number }>(COUNT, parent, state)?.children ?? 0;
}

function stateOfType(type: string): ChildState {
  if (type === 'processed') return CHILD.processed;
  if (type === 'unprocessed') return CHILD.pending;
  return type === 'ignored' ? CHILD.ignored : CHILD.failed;
}

function keysOf(children: readonly Child[]): string[] {
  return children.map(({ key }) => key);
}

function valuesOf(children: readonly Child[]): Record<string, string> {
  return Object.fromEntries(children.map(({ key, value }) => [key, value ?? '']));
}

function resultsOf(children: readonly Child[]): Record<string, unknown> {
  return Object.fromEntries(children.map(({ key, value }) => [key, JSON.parse(value ?? 'null') as unknown]));
}
