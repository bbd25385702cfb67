import { isDate } from 'node:util/types';
import { getCurrentTenantId } from '@holdfast/context';
import { canonicalId, isId, isText, LONGEST_TENANT_ID, shortCorrelationId } from '../change.ts';
import { AuditFilterError, AuditOptionError, AuditTenantMissingError } from '../errors.ts';
import { checkInteger, type ResolvedOptions } from '../options.ts';
import { type AuditEntry, entryOf } from './entry.ts';
import { columns, Parameters, type ReadPort, type Row, textOf } from './port.ts';

/** Whose rows are read. */
export interface TenantScope {
  /** @default the tenant of the context; without one, and without one chain for each tenant, every row */
  tenantId?: string;
  /** Reads the rows of every tenant. */
  acrossTenants?: boolean;
}

export interface PageOptions extends TenantScope {
  /** From 1 to 1000. @default 50 */
  limit?: number;
  /** `nextCursor` of the page before. @default the first page */
  cursor?: string;
  /** @default 'oldest' for a history, 'newest' for a search */
  first?: 'oldest' | 'newest';
}

export interface HistoryOptions extends PageOptions {
  /** Of this kind alone. */
  recordType?: string;
}

export interface SearchOptions extends PageOptions {
  /** Of this record alone. */
  recordId?: string;
  /** Of this kind alone. */
  recordType?: string;
  /** Changes of this type alone, `'CREATED'` for one. */
  changeType?: string;
  /** Made by this actor. */
  actorId?: string;
  /** Made under this correlation id. */
  correlationId?: string;
  /** From this time on. */
  since?: Date;
  /** Before this time. */
  until?: Date;
}

/** One page of changes. */
export interface AuditPage {
  readonly items: readonly AuditEntry[];
  /** Where the next page begins, or undefined when this is the last. */
  readonly nextCursor: string | undefined;
}

export const DEFAULT_LIMIT = 50;
const MOST_LIMIT = 1000;
/** Of the columns that are not ids. */
const LONGEST_TEXT = 100;
/** Times as either database gives them, and positions that both can be asked for. */
const CURSOR = /^(?!0000)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6}Z)\/(\d{1,18})$/;

/** Within the years that both databases and ISO 8601 write with four digits. */
const FIRST_TIME = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');

/** @throws AuditOptionError, AuditFilterError, AuditTenantMissingError */
export async function searchChanges(
  port: ReadPort,
  { ids, chain }: ResolvedOptions,
  options: SearchOptions,
): Promise<AuditPage> {
  const { limit = DEFAULT_LIMIT, first = 'newest' } = options;
  checkInteger('limit', limit, 1, MOST_LIMIT);
  const parameters = new Parameters(port);
  const conditions = [
    ...tenantCondition(tenantScope(options, chain), parameters),
    ...cursorCondition(options, first, parameters),
  ];
  if (!canMatch(options, ids)) return { items: [], nextCursor: undefined };
  conditions.push(...conditionsOf(options, parameters, ids));
  const order = first === 'newest' ? 'DESC' : 'ASC';
  const rows = await port.all(
    `SELECT ${columns(port, { linked: false })}
     FROM ${port.names.changes} c JOIN ${port.names.context} x ON x.change_id = c.id
     ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
     ORDER BY c.created_at ${order}, x.position ${order} LIMIT ${limit + 1}`,
    parameters.values,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(entryOf),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : undefined,
  };
}

/**
 * The tenant to which a reader is confined, if to any.
 * @throws AuditFilterError, AuditTenantMissingError
 */
export function tenantScope(
  { tenantId, acrossTenants }: TenantScope,
  chain: ResolvedOptions['chain'],
): string | undefined {
  // Nothing else will do: a route may pass on the text `false`.
  if (acrossTenants === true) return undefined;
  const scope = tenantId ?? getCurrentTenantId();
  if (scope === undefined && chain === 'tenant') throw new AuditTenantMissingError();
  if (scope !== undefined && !isText(scope, LONGEST_TENANT_ID)) {
    throw new AuditFilterError('tenantId', `must be a text of 1 to ${LONGEST_TENANT_ID} characters.`);
  }
  return scope;
}

function tenantCondition(tenantId: string | undefined, parameters: Parameters): string[] {
  return tenantId === undefined ? [] : [`x.tenant_id = ${parameters.add(tenantId)}`];
}

/**
 * A route passes on what a client has sent: what no change can have is answered like what none happens to have, and no
 * database is asked for half a megabyte, a NUL, or a UUID that is none.
 */
function canMatch(options: SearchOptions, ids: 'uuid' | 'text'): boolean {
  const { recordId, actorId, correlationId, changeType, recordType } = options;
  const texts = [shortCorrelationId(correlationId), changeType, recordType];
  return (
    [recordId, actorId].every((id) => id === undefined || isId(id, ids)) &&
    texts.every((text) => text === undefined || isText(text, LONGEST_TEXT))
  );
}

function conditionsOf(options: SearchOptions, parameters: Parameters, ids: 'uuid' | 'text'): string[] {
  const { recordId, actorId, correlationId, changeType, recordType, since, until } = options;
  const conditions: string[] = [];
  const equal = (column: string, value: string | undefined, type?: 'uuid'): void => {
    if (value !== undefined) conditions.push(`${column} = ${parameters.add(value, type)}`);
  };
  const id = (value: string | undefined) => (value === undefined ? undefined : canonicalId(value, ids));
  const idType = ids === 'uuid' ? 'uuid' : undefined;
  equal('c.request_id', id(recordId), idType);
  equal('c.changed_by_id', id(actorId), idType);
  equal('c.correlation_id', shortCorrelationId(correlationId));
  equal('c.change_type', changeType);
  equal('x.record_type', recordType);
  for (const [name, time, operator] of [
    ['since', since, '>='],
    ['until', until, '<'],
  ] as const) {
    if (time === undefined) continue;
    conditions.push(`c.created_at ${operator} ${parameters.add(timeOf(name, time), 'time')}`);
  }
  return conditions;
}

function timeOf(name: 'since' | 'until', time: unknown): string {
  if (!isDate(time) || Number.isNaN(time.getTime())) throw new AuditFilterError(name, 'is not a valid Date.');
  return new Date(Math.min(Math.max(time.getTime(), FIRST_TIME), LAST_TIME)).toISOString();
}

function cursorOf(row: Row): string {
  return `${textOf(row, 'createdAt')}/${textOf(row, 'position')}`;
}

function cursorCondition(
  { cursor }: PageOptions,
  first: 'oldest' | 'newest',
  parameters: Parameters,
): string[] {
  if (cursor === undefined) return [];
  const [, seconds, fraction, position] = (typeof cursor === 'string' && CURSOR.exec(cursor)) || [];
  if (seconds === undefined || position === undefined || !isTime(seconds)) {
    throw new AuditOptionError(
      'cursor',
      'cursor is none that a page gave; pass nextCursor of the page before as it is.',
    );
  }
  const operator = first === 'newest' ? '<' : '>';
  const values = `${parameters.add(`${seconds}${fraction}`, 'time')}, ${parameters.add(position, 'integer')}`;
  return [`(c.created_at, x.position) ${operator} (${values})`];
}

/** The thirtieth of February is none, whatever `Date` makes of it. */
function isTime(seconds: string): boolean {
  const time = new Date(`${seconds}.000Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(seconds);
}
