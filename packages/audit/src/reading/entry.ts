import { decodeValue } from '../values/decode.ts';
import { type Difference, diffImages } from '../values/diff.ts';
import { type Row, textOf, textOrNull } from './port.ts';

/** One change as it is read back. */
export interface AuditEntry {
  readonly id: string;
  readonly recordId: string;
  readonly recordType: string | null;
  readonly changeType: string;
  readonly actor: { readonly id: string; readonly type: string };
  readonly createdAt: Date;
  readonly correlationId: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly tenantId: string | null;
  /** Null where the record did not exist. */
  readonly before: unknown;
  /** Null where the record no longer exists. */
  readonly after: unknown;
  readonly diff: readonly Difference[];
}

export function entryOf(row: Row): AuditEntry {
  const previous = textOrNull(row, 'previousValue');
  const before = previous === null ? null : decodeValue(previous);
  const after = decodeValue(textOf(row, 'newValue'));
  return {
    id: textOf(row, 'id'),
    recordId: textOf(row, 'recordId'),
    recordType: textOrNull(row, 'recordType'),
    changeType: textOf(row, 'changeType'),
    actor: { id: textOf(row, 'actorId'), type: textOf(row, 'actorType') },
    createdAt: new Date(textOf(row, 'createdAt')),
    correlationId: textOrNull(row, 'correlationId'),
    requestId: textOrNull(row, 'requestId'),
    traceId: textOrNull(row, 'traceId'),
    tenantId: textOrNull(row, 'tenantId'),
    before,
    after,
    diff: diffImages(before, after),
  };
}
