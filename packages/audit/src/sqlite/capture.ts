import { type CaptureTriggers, DATABASE_ACTOR, NIL_UUID } from '../capture.ts';
import { AuditOptionError } from '../errors.ts';
import { literal, namesOf, quote } from '../names.ts';
import { checkName, resolveTable, type TableOptions } from '../options.ts';
import { REDACTED } from '../values/redact.ts';

export interface SqliteCaptureOptions extends TableOptions {
  /** The business table. */
  source: string;
  /** Its columns that are kept in the images; a view of `pragma_table_info` has them all. */
  columns: readonly string[];
  /** The column that identifies a record. @default 'id' */
  primaryKey?: string;
  /** Columns whose values are not kept. */
  redact?: readonly string[];
  /** What kind of record it is. @default the name of the business table */
  recordType?: string;
}

const LONGEST_SOURCE_BYTES = 200;

/**
 * SQL for triggers that write a change for every INSERT, UPDATE and DELETE of a business table, whoever runs it.
 * @throws AuditOptionError
 */
export function captureTriggersFor(options: SqliteCaptureOptions): CaptureTriggers {
  const { source, columns, primaryKey = 'id', redact = [], recordType = source } = options;
  checkName('source', source, LONGEST_SOURCE_BYTES);
  for (const column of [primaryKey, ...columns]) checkName('columns', column, LONGEST_SOURCE_BYTES);
  if (columns.length === 0)
    throw new AuditOptionError('columns', 'columns is empty; name the columns to keep.');
  const { table } = resolveTable(options);
  const names = namesOf(table);
  const hidden = new Set(redact);
  const image = (row: 'OLD' | 'NEW'): string => {
    const members = [...columns].sort().map((column) => {
      const value = hidden.has(column) ? literal(JSON.stringify(REDACTED)) : memberOf(row, column);
      return `${literal(`${JSON.stringify(column)}:`)} || ${value}`;
    });
    return `'{' || ${members.join(" || ',' || ")} || '}'`;
  };
  const trigger = (event: string): string => names.of(`capture_${event.toLowerCase()}_${source}`);
  const key = (row: 'OLD' | 'NEW'): string => `CAST(${row}.${quote(primaryKey)} AS TEXT)`;
  const body = (event: string, row: 'OLD' | 'NEW', before: string, after: string, when: string): string => `
CREATE TRIGGER IF NOT EXISTS ${trigger(event)} AFTER ${event} ON ${quote(source)}${when}
BEGIN
  INSERT INTO ${names.context} (position, change_id, record_type, tenant_id, request_id, trace_id)
  SELECT (SELECT coalesce(max(position), 0) + 1 FROM ${names.context}), ${NEW_ID}, ${literal(recordType)},
    s.tenant_id, s.request_id, s.trace_id
  FROM (SELECT 1) LEFT JOIN ${names.of('session')} s ON s.id = 1;
  INSERT INTO ${names.changes} (id, request_id, change_type, previous_value, new_value, changed_by_id,
    changed_by_type, correlation_id)
  SELECT (SELECT change_id FROM ${names.context} ORDER BY position DESC LIMIT 1), ${key(row)}, '${event}',
    ${before}, ${after}, coalesce(s.actor_id, '${NIL_UUID}'), coalesce(s.actor_type, '${DATABASE_ACTOR}'), s.correlation_id
  FROM (SELECT 1) LEFT JOIN ${names.of('session')} s ON s.id = 1;
END;
`;
  const differs = columns.map((column) => `OLD.${quote(column)} IS NOT NEW.${quote(column)}`).join(' OR ');
  return {
    create: [
      body('INSERT', 'NEW', 'NULL', image('NEW'), ''),
      body('UPDATE', 'OLD', image('OLD'), image('NEW'), `\nWHEN ${differs}`),
      body('DELETE', 'OLD', image('OLD'), `'null'`, ''),
    ].join(''),
    drop: ['INSERT', 'UPDATE', 'DELETE']
      .map((event) => `DROP TRIGGER IF EXISTS ${trigger(event)};\n`)
      .join(''),
  };
}

/** A UUID of version 4. */
const NEW_ID = `lower(substr(hex(randomblob(4)), 1, 8) || '-' || hex(randomblob(2)) || '-4' ||
      substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`;

/** JSON holds no bytes: they are tagged as the canonical form has them. */
function memberOf(row: 'OLD' | 'NEW', column: string): string {
  const value = `${row}.${quote(column)}`;
  return `CASE typeof(${value}) WHEN 'blob' THEN '{"$bytes":"' || lower(hex(${value})) || '"}' ELSE json_quote(${value}) END`;
}
