import { channel } from 'node:diagnostics_channel';

/** The fact on `holdfast:audit:recorded`: a change was written, in a transaction that may not have committed yet. */
export interface AuditRecorded {
  readonly table: string;
  readonly changeType: string;
  readonly actorType: string;
  readonly recordType?: string;
  /** Of both images together, as stored. */
  readonly valueBytes: number;
}

const recorded = channel('holdfast:audit:recorded');

export function publishRecorded(make: () => AuditRecorded): void {
  if (recorded.hasSubscribers) recorded.publish(make());
}
