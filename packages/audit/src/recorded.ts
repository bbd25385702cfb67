import type { ChangeRow } from './change.ts';
import type { AuditRecorded } from './channels.ts';

/** What is known of a change once it is written. */
export interface Recorded {
  readonly id: string;
}

export function recordedFact(table: string, row: ChangeRow): AuditRecorded {
  return {
    table,
    changeType: row.changeType,
    actorType: row.actorType,
    ...(row.recordType === null ? {} : { recordType: row.recordType }),
    valueBytes: Buffer.byteLength(row.previousValue ?? '') + Buffer.byteLength(row.newValue),
  };
}
