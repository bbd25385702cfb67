import { addJob } from '../jobs/add-job.ts';
import type { NewJob } from '../jobs/insert-job.ts';
import { JobStateError } from '../jobs/job-state-error.ts';
import { type QueueScope, scopeOf } from '../queue/queue-scope.ts';
import { findParent, releaseIfReady } from './flow-children.ts';

/** A job of a flow and the qualified name of its queue. */
export interface FlowEntry {
  readonly queue: string;
  readonly job: NewJob;
}

/** BullMQ's answer for an entry: the job's id, or the negative code of what is wrong with it. */
export type FlowResult = [error: Error | null, idOrCode: string | number];

/**
 * Adds the jobs of a flow, parents before their children. A parent whose children had all ended before is released
 * once the whole flow is there; one that a child could not be attached to goes on waiting.
 */
export function addFlow(scope: QueueScope, entries: readonly FlowEntry[]): FlowResult[] {
  const incomplete = new Set<string>();
  const results = entries.map((entry) => addEntry(scopeOf(scope, entry.queue), entry, incomplete));
  const released = new Set<string>();
  for (const { job } of entries) {
    if (job.parent === undefined) continue;
    const key = keyOf(job.parent);
    if (released.has(key) || incomplete.has(key)) continue;
    released.add(key);
    const parent = findParent(scope, job.parent);
    if (parent !== undefined) releaseIfReady(parent);
  }
  return results;
}

function addEntry(scope: QueueScope, { job }: FlowEntry, incomplete: Set<string>): FlowResult {
  try {
    return [null, addJob(scope, job, true).jobId];
  } catch (error) {
    if (!(error instanceof JobStateError)) throw error;
    if (job.parent !== undefined) incomplete.add(keyOf(job.parent));
    return [null, error.code];
  }
}

function keyOf({ queueKey, id }: { queueKey: string; id?: string }): string {
  return `${queueKey}:${id}`;
}
