import type { Statements } from '../database/statements.ts';
import type { EventLog } from './event-log.ts';
import type { QueueRecord } from './queue-record.ts';

/** What an operation on one queue works with, inside a transaction. */
export interface QueueScope {
  readonly sql: Statements;
  readonly record: QueueRecord;
  readonly events: EventLog;
  /** Epoch ms at which the operation was asked for. */
  readonly now: number;
  /** The same by the clock that locks and limits run out by. */
  readonly expiryNow: number;
  /** Where the records of other queues on the same file come from. */
  readonly records: { record(queue: string): QueueRecord };
}

/** The same transaction on another queue, by its qualified name: a flow may span several. */
export function scopeOf(scope: QueueScope, queue: string): QueueScope {
  return queue === scope.record.name ? scope : { ...scope, record: scope.records.record(queue) };
}

/** How a flow names a job of this queue. */
export function jobKey({ record }: QueueScope, jobId: string): string {
  return `${record.name}:${jobId}`;
}
