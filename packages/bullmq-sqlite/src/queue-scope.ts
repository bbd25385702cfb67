import type { EventLog } from './event-log.ts';
import type { QueueRecord } from './queue-record.ts';
import type { Statements } from './statements.ts';

/** What an operation on one queue works with, inside a transaction. */
export interface QueueScope {
  readonly sql: Statements;
  readonly record: QueueRecord;
  readonly events: EventLog;
  /** Epoch ms at which the operation was asked for. */
  readonly now: number;
}
