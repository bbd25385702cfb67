import { getCurrentTenantId } from '@holdfast/context';
import { canonicalId, checkId, shortCorrelationId } from '../change.ts';
import { AuditOptionError, AuditTenantMissingError } from '../errors.ts';
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
  /** Where the page before ended: its `next`. */
  after?: string;
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
  readonly entries: readonly AuditEntry[];
  /** Given as `after` it continues; undefined at the end. */
  readonly next: string | undefined;
}

export const DEFAULT_LIMIT = 50;
const MOST_LIMIT = 1000;

/** @throws AuditOptionError, AuditTenantMissingError */
export async function searchChanges(
  port: ReadPort,
  { ids, chain }: ResolvedOptions,
  options: SearchOptions,
): Promise<AuditPage> {
  const { limit = DEFAULT_LIMIT, first = 'newest' } = options;
  checkInteger('limit', limit, 1, MOST_LIMIT);
  const parameters = new Parameters(port);
  const conditions = [
    ...conditionsOf(options, parameters, ids),
    ...tenantCondition(tenantScope(options, chain), parameters),
    ...cursorCondition(options, first, parameters),
  ];
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
    entries: page.map(entryOf),
    next: rows.length > limit && last !== undefined ? cursorOf(last) : undefined,
  };
}

/**
 * The tenant to which a reader is confined, if to any.
 * @throws AuditTenantMissingError
 */
export function tenantScope(
  { tenantId, acrossTenants = false }: TenantScope,
  chain: ResolvedOptions['chain'],
): string | undefined {
  if (acrossTenants) return undefined;
  const scope = tenantId ?? getCurrentTenantId();
  if (scope === undefined && chain === 'tenant') throw new AuditTenantMissingError();
  return scope;
}

function tenantCondition(tenantId: string | undefined, parameters: Parameters): string[] {
  return tenantId === undefined ? [] : [`x.tenant_id = ${parameters.add(tenantId)}`];
}

function conditionsOf(options: SearchOptions, parameters: Parameters, ids: 'uuid' | 'text'): string[] {
  const { recordId, actorId, correlationId, changeType, recordType, since, until } = options;
  const conditions: string[] = [];
  const equal = (column: string, value: string | undefined, type?: 'uuid'): void => {
    if (value !== undefined) conditions.push(`${column} = ${parameters.add(value, type)}`);
  };
  const id = (name: string, value: string | undefined): string | undefined => {
    if (value === undefined) return undefined;
    checkId(name, value, ids);
    return canonicalId(value, ids);
  };
  const idType = ids === 'uuid' ? 'uuid' : undefined;
  equal('c.request_id', id('recordId', recordId), idType);
  equal('c.changed_by_id', id('actorId', actorId), idType);
  equal('c.correlation_id', shortCorrelationId(correlationId));
  equal('c.change_type', changeType);
  equal('x.record_type', recordType);
  for (const [name, time, operator] of [
    ['since', since, '>='],
    ['until', until, '<'],
  ] as const) {
    if (time === undefined) continue;
    if (Number.isNaN(time.getTime())) throw new AuditOptionError(`${name} is not a valid Date.`);
    conditions.push(`c.created_at ${operator} ${parameters.add(time.toISOString(), 'time')}`);
  }
  return conditions;
}

function cursorOf(row: Row): string {
  return `${textOf(row, 'createdAt')}/${textOf(row, 'position')}`;
}

function cursorCondition(
  { after }: PageOptions,
  first: 'oldest' | 'newest',
  parameters: Parameters,
): string[] {
  if (after === undefined) return [];
  const [, time, position] = /^([-\d:.TZ]{1,40})\/(\d{1,19})$/.exec(after) ?? [];
  if (time === undefined || position === undefined) {
    throw new AuditOptionError('after is no cursor; give the `next` of the page before.');
  }
  const operator = first === 'newest' ? '<' : '>';
  const values = `${parameters.add(time, 'time')}, ${parameters.add(position, 'integer')}`;
  return [`(c.created_at, x.position) ${operator} (${values})`];
}
