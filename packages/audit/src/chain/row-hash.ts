import { createHash } from 'node:crypto';
import type { ChangeRow } from '../change.ts';

/** What a link of the chain covers, as the database gives it back: texts, so that nothing is rounded on the way. */
export interface SealedFields extends ChangeRow {
  readonly chain: string;
  readonly seq: string;
  readonly previousHash: string;
}

/** In the order in which they are hashed; the migration for PostgreSQL does the same in SQL. */
export const SEALED_FIELDS: readonly (keyof SealedFields)[] = [
  'previousHash',
  'chain',
  'seq',
  'id',
  'recordId',
  'changeType',
  'previousValue',
  'newValue',
  'actorId',
  'actorType',
  'correlationId',
  'createdAt',
  'recordType',
  'tenantId',
  'requestId',
  'traceId',
];

/** SHA-256, in hex, of every field behind its length in bytes: no two rows have the same text. */
export function rowHash(fields: SealedFields): string {
  let text = '';
  for (const name of SEALED_FIELDS) text += frame(fields[name]);
  return createHash('sha256').update(text).digest('hex');
}

function frame(field: string | null): string {
  return field === null ? '-,' : `${Buffer.byteLength(field)}:${field},`;
}

/** The name of the chain to which a row belongs. */
export function chainOf(mode: 'global' | 'tenant', tenantId: string | null | undefined): string {
  if (mode === 'global') return 'global';
  return typeof tenantId === 'string' ? `tenant:${tenantId}` : 'tenant';
}
