import { chainName } from '../chain/verify.ts';
import { canonicalId } from '../change.ts';
import { AuditFilterError } from '../errors.ts';
import { checkInteger, type ResolvedOptions } from '../options.ts';
import { isUuid } from '../uuid.ts';
import { columns, Parameters, type ReadPort, type Row, textOf, textOrNull } from './port.ts';
import { type TenantScope, tenantScope } from './search.ts';

export interface ExportOptions extends TenantScope {
  /** The id of the last change that is already out: the export goes on behind it. */
  after?: string;
  /** How many rows are in memory at once, from 1 to 10,000. @default 500 */
  batchSize?: number;
  /** Ends the export with the reason of the signal. */
  signal?: AbortSignal;
}

export const DEFAULT_EXPORT_BATCH = 500;
const MOST_BATCH_SIZE = 10_000;

interface Plan {
  /** Which rows a batch has: chosen first, so that a planner without statistics does not join whole tables for each. */
  readonly from: string;
  /** Named `l` or `x`, as the table whose rows they are. */
  readonly alias: 'l' | 'x';
  readonly joins: string;
  readonly key: string;
  readonly linked: boolean;
  conditions(parameters: Parameters): string[];
}

/**
 * Every change as a line of JSON, in the order of the chain, so that nothing can appear before the place where an
 * export ended. Without a chain the order is that of writing.
 * @throws AuditFilterError when no change has the id given as `after`
 * @throws AuditOptionError, AuditTenantMissingError
 */
export async function* exportLines(
  port: ReadPort,
  options: ResolvedOptions,
  given: ExportOptions = {},
): AsyncGenerator<string, void, undefined> {
  const { batchSize = DEFAULT_EXPORT_BATCH, after, signal } = given;
  checkInteger('batchSize', batchSize, 1, MOST_BATCH_SIZE);
  const plan = planOf(port, options, given);
  let position = after === undefined ? '0' : await positionOf(port, plan, after);
  for (;;) {
    signal?.throwIfAborted();
    const rows = await page(port, plan, position, batchSize);
    for (const row of rows) yield lineOf(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < batchSize) return;
    position = textOf(last, plan.linked ? 'seq' : 'position');
  }
}

function planOf(port: ReadPort, options: ResolvedOptions, given: ExportOptions): Plan {
  const { names } = port;
  const tenantId = tenantScope(given, options.chain);
  const ofTenant = (parameters: Parameters): string[] =>
    tenantId === undefined ? [] : [`x.tenant_id = ${parameters.add(tenantId)}`];
  const changes = `JOIN ${names.changes} c ON c.id = x.change_id`;
  if (options.chain === 'none' || (options.chain === 'tenant' && tenantId === undefined)) {
    const from = `${names.context} x`;
    return { from, alias: 'x', joins: changes, key: 'x.position', linked: false, conditions: ofTenant };
  }
  const chain = chainName(options, tenantId === undefined ? {} : { tenantId });
  const context = `JOIN ${names.context} x ON x.position = l.position`;
  return {
    from: `${names.chain} l ${context}`,
    alias: 'l',
    joins: `${context} ${changes}`,
    key: 'l.seq',
    linked: true,
    conditions: (parameters) => [`l.chain = ${parameters.add(chain)}`, ...ofTenant(parameters)],
  };
}

function page(port: ReadPort, plan: Plan, position: string, limit: number): Promise<readonly Row[]> {
  const { from, alias, joins, key } = plan;
  const parameters = new Parameters(port);
  const conditions = [...plan.conditions(parameters), `${key} > ${parameters.add(position, 'integer')}`];
  return port.all(
    `SELECT ${columns(port, plan)}
     FROM (SELECT ${alias}.* FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${key} LIMIT ${limit}) ${alias}
       ${joins}
     ORDER BY ${key}`,
    parameters.values,
  );
}

async function positionOf(port: ReadPort, plan: Plan, after: string): Promise<string> {
  if (!isUuid(after)) throw new AuditFilterError('after', 'is not the id of a change.');
  const parameters = new Parameters(port);
  const conditions = [
    ...plan.conditions(parameters),
    `x.change_id = ${parameters.add(canonicalId(after, 'uuid'), 'uuid')}`,
  ];
  const [row] = await port.all(
    `SELECT CAST(${plan.key} AS TEXT) AS "key" FROM ${plan.from} WHERE ${conditions.join(' AND ')}`,
    parameters.values,
  );
  if (row === undefined) throw new AuditFilterError('after', 'is not the id of a change in this log.');
  return textOf(row, 'key');
}

/** Values stay as the database has them: a reader in another language must not lose digits either. */
function lineOf(row: Row): string {
  const fields = [
    'id',
    'recordId',
    'recordType',
    'changeType',
    'actorId',
    'actorType',
    'createdAt',
    'correlationId',
    'requestId',
    'traceId',
    'tenantId',
    'chain',
    'seq',
    'previousHash',
    'hash',
  ].map((name) => `${JSON.stringify(name)}:${JSON.stringify(textOrNull(row, name))}`);
  const before = textOrNull(row, 'previousValue') ?? 'null';
  return `{${fields.join(',')},"before":${before},"after":${textOf(row, 'newValue')}}\n`;
}
