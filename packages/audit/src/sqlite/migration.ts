import { literal, type Names, namesOf } from '../names.ts';
import { type ResolvedTable, resolveTable, type TableOptions } from '../options.ts';

const NOW = `strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`;

/**
 * The SQL that makes the tables, and the triggers that refuse every change of what was written. It can be run again.
 * @throws AuditOptionError
 */
export function migrationFor(options: TableOptions = {}): string {
  const resolved = resolveTable(options);
  const names = namesOf(resolved.table);
  return [...tables(names, resolved), ...guards(names, resolved.table), contextTrigger(names)]
    .map((statement) => `${statement};\n`)
    .join('\n');
}

function tables(names: Names, { ids }: ResolvedTable): string[] {
  const idCheck = (column: string): string =>
    ids === 'uuid' ? ` CHECK (length(${column}) = 36 AND ${column} = lower(${column}))` : '';
  return [
    `CREATE TABLE IF NOT EXISTS ${names.changes} (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36 AND id = lower(id)),
  request_id TEXT NOT NULL${idCheck('request_id')},
  change_type TEXT NOT NULL CHECK (length(change_type) <= 50),
  previous_value TEXT CHECK (json_valid(previous_value)),
  new_value TEXT NOT NULL CHECK (json_valid(new_value)),
  changed_by_id TEXT NOT NULL${idCheck('changed_by_id')},
  changed_by_type TEXT NOT NULL CHECK (length(changed_by_type) <= 20),
  correlation_id TEXT CHECK (length(correlation_id) <= 100),
  created_at TEXT NOT NULL DEFAULT (${NOW})
) STRICT, WITHOUT ROWID`,
    `CREATE TABLE IF NOT EXISTS ${names.context} (
  position INTEGER NOT NULL PRIMARY KEY,
  change_id TEXT NOT NULL UNIQUE,
  record_type TEXT,
  tenant_id TEXT,
  request_id TEXT,
  trace_id TEXT
) STRICT, WITHOUT ROWID`,
    `CREATE TABLE IF NOT EXISTS ${names.chain} (
  chain TEXT NOT NULL,
  seq INTEGER NOT NULL,
  position INTEGER NOT NULL UNIQUE,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (chain, seq)
) STRICT, WITHOUT ROWID`,
    `CREATE TABLE IF NOT EXISTS ${names.of('session')} (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  actor_id TEXT NOT NULL,
  actor_type TEXT NOT NULL,
  correlation_id TEXT,
  tenant_id TEXT,
  request_id TEXT,
  trace_id TEXT
) STRICT`,
    index(names, 'by_record', 'request_id, created_at'),
    index(names, 'by_actor', 'changed_by_id, created_at'),
    index(names, 'by_correlation', 'correlation_id, created_at'),
    index(names, 'by_time', 'created_at'),
  ];
}

function index(names: Names, suffix: string, columns: string): string {
  return `CREATE INDEX IF NOT EXISTS ${names.of(suffix)} ON ${names.changes} (${columns})`;
}

/** REPLACE deletes without firing a delete trigger unless recursive_triggers is on, so it is stopped at its insert. */
function guards(names: Names, table: string): string[] {
  const refuse = (name: string, on: string, operation: string, when = ''): string =>
    `CREATE TRIGGER IF NOT EXISTS ${names.of(name)} BEFORE ${operation} ON ${on}${when}
BEGIN
  SELECT RAISE(ABORT, ${literal(`the audit log ${table} is append-only: ${operation === 'INSERT' ? 'replacing a row' : operation} is refused`)});
END`;
  const guarded: readonly (readonly [string, string, string])[] = [
    ['changes', names.changes, 'id = NEW.id'],
    ['context', names.context, 'position = NEW.position OR change_id = NEW.change_id'],
    ['chain', names.chain, '(chain = NEW.chain AND seq = NEW.seq) OR position = NEW.position'],
  ];
  return guarded.flatMap(([name, on, same]) => [
    refuse(`${name}_no_update`, on, 'UPDATE'),
    refuse(`${name}_no_delete`, on, 'DELETE'),
    refuse(`${name}_no_replace`, on, 'INSERT', ` WHEN EXISTS (SELECT 1 FROM ${on} WHERE ${same})`),
  ]);
}

/** Rows that were not written by the audit log get their context from the session row, where there is one. */
function contextTrigger(names: Names): string {
  return `CREATE TRIGGER IF NOT EXISTS ${names.of('changes_context')} AFTER INSERT ON ${names.changes}
WHEN NOT EXISTS (SELECT 1 FROM ${names.context} WHERE change_id = NEW.id)
BEGIN
  INSERT INTO ${names.context} (position, change_id, tenant_id, request_id, trace_id)
  SELECT (SELECT coalesce(max(position), 0) + 1 FROM ${names.context}), NEW.id, s.tenant_id, s.request_id, s.trace_id
  FROM (SELECT 1) LEFT JOIN ${names.of('session')} s ON s.id = 1;
END`;
}
