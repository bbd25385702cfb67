import { createHash } from 'node:crypto';
import { getCurrentTrace } from '@holdfast/context';
import {
  AuditActorMissingError,
  AuditOptionError,
  AuditTenantMissingError,
  AuditValueTooLargeError,
} from './errors.ts';
import type { Actor, ResolvedOptions } from './options.ts';
import { isUuid, newUuidV7 } from './uuid.ts';
import { encodeValue } from './values/encode.ts';

/** A change of one record, as the application tells it. */
export interface Change {
  /** Which record. A UUID, or any text with `ids: 'text'`. */
  readonly recordId: string;
  /** What happened, at most 50 characters: `'CREATED'`, `'STATUS_CHANGED'`. */
  readonly changeType: string;
  /** The record before; left out where there was none. */
  readonly before?: unknown;
  /** The record after; left out of a delete, which stores JSON `null`. */
  readonly after?: unknown;
  /** What kind of record, for logs that keep several kinds; at most 100 characters. */
  readonly recordType?: string;
  /** @default the user of the context, else `systemActor` */
  readonly actor?: Actor;
  /** @default the tenant of the context */
  readonly tenantId?: string;
}

/** What is stored, column by column. */
export interface ChangeRow {
  readonly id: string;
  readonly recordId: string;
  readonly changeType: string;
  readonly previousValue: string | null;
  readonly newValue: string;
  readonly actorId: string;
  readonly actorType: string;
  readonly correlationId: string | null;
  /** ISO 8601 with milliseconds, in UTC. */
  readonly createdAt: string;
  readonly recordType: string | null;
  readonly tenantId: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
}

/** Document 003 gives the column 100 characters; the context allows 128. */
const LONGEST_CORRELATION_ID = 100;
const LONGEST_ID = 200;
export const LONGEST_TENANT_ID = 200;

/** @throws AuditOptionError, AuditActorMissingError, AuditTenantMissingError, AuditValueError, AuditValueTooLargeError */
export function rowOf(change: Change, options: ResolvedOptions): ChangeRow {
  const { ids, clock } = options;
  const context = getCurrentTrace();
  const actor = actorOf(change, context?.userId, options);
  checkId('recordId', change.recordId, ids);
  checkId('actor.id', actor.id, ids);
  const actorType = actor.type ?? 'user';
  checkText('changeType', change.changeType, 50);
  checkText('actor.type', actorType, 20);
  if (change.recordType !== undefined) checkText('recordType', change.recordType, 100);
  const now = clock.wallTime();
  return {
    id: newUuidV7(now),
    recordId: canonicalId(change.recordId, ids),
    changeType: change.changeType,
    previousValue: change.before === undefined ? null : imageOf(change.before, options),
    newValue: imageOf(change.after, options),
    actorId: canonicalId(actor.id, ids),
    actorType,
    correlationId: shortCorrelationId(context?.correlationId) ?? null,
    createdAt: new Date(now).toISOString(),
    recordType: change.recordType ?? null,
    tenantId: tenantOf(change.tenantId, context?.tenantId, options) ?? null,
    requestId: context?.requestId ?? null,
    traceId: context?.traceId ?? null,
  };
}

/** A correlation id as it is stored, and so as it is looked for. */
export function shortCorrelationId<T>(id: T): T | string {
  return typeof id === 'string' ? id.slice(0, LONGEST_CORRELATION_ID) : id;
}

/** PostgreSQL gives a UUID back in lower case, and the chain is made of what it gives back. */
export function canonicalId(id: string, ids: 'uuid' | 'text'): string {
  return ids === 'uuid' ? id.toLowerCase() : id;
}

export interface ResolvedActor {
  readonly id: string;
  readonly type?: string;
}

/** @throws AuditActorMissingError */
export function actorOf(
  given: { readonly actor?: Actor },
  userId: string | undefined,
  { systemActor }: ResolvedOptions,
): ResolvedActor {
  const actor = given.actor ?? (userId === undefined ? systemActor : { id: userId });
  if (actor === undefined) throw new AuditActorMissingError();
  return actor;
}

/** @throws AuditTenantMissingError */
export function tenantOf(
  given: string | undefined,
  ofContext: string | undefined,
  { chain }: ResolvedOptions,
): string | undefined {
  const tenantId = given ?? ofContext;
  if (tenantId === undefined && chain === 'tenant') throw new AuditTenantMissingError();
  if (tenantId !== undefined) checkText('tenantId', tenantId, LONGEST_TENANT_ID);
  return tenantId;
}

/** Whether a record or an actor can have this id. */
export function isId(id: unknown, ids: 'uuid' | 'text'): id is string {
  if (ids === 'text') return isText(id, LONGEST_ID);
  return isUuid(id);
}

/** @throws AuditOptionError */
export function checkId(name: string, id: unknown, ids: 'uuid' | 'text'): void {
  if (isId(id, ids)) return;
  if (ids === 'text') throw notText(name, LONGEST_ID);
  throw new AuditOptionError(
    name,
    `${name} is not a UUID. Give a UUID, or make the log and its tables with ids: 'text'.`,
  );
}

function checkText(name: string, text: unknown, most: number): void {
  if (!isText(text, most)) throw notText(name, most);
}

function notText(name: string, most: number): AuditOptionError {
  return new AuditOptionError(name, `${name} must be a text of 1 to ${most} characters.`);
}

/** Whether both databases can hold it, and tell it from every other text. */
export function isText(text: unknown, most: number): text is string {
  return typeof text === 'string' && text !== '' && text.length <= most && !/\0|\p{Surrogate}/u.test(text);
}

function imageOf(value: unknown, { redact, maxValueBytes, oversize }: ResolvedOptions): string {
  const text = encodeValue(redact(value));
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes <= maxValueBytes) return text;
  if (oversize === 'refuse') throw new AuditValueTooLargeError(maxValueBytes);
  const digest = createHash('sha256').update(text).digest('hex');
  return `{"$sha256":"${digest}","sizeBytes":${sizeBytes}}`;
}
