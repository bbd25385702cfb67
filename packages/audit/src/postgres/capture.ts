import { createHash } from 'node:crypto';
import { type CaptureTriggers, DATABASE_ACTOR, NIL_UUID } from '../capture.ts';
import { literal, quote } from '../names.ts';
import { checkName, resolveTable } from '../options.ts';
import { REDACTED } from '../values/redact.ts';
import { functionOf, setting } from './migration.ts';
import { DEFAULT_SCHEMA, LONGEST_NAME_BYTES, type PostgresTableOptions, pgNamesOf } from './names.ts';

export interface PostgresCaptureOptions extends PostgresTableOptions {
  /** The business table. */
  source: string;
  /** @default 'public' */
  sourceSchema?: string;
  /** The column that identifies a record. @default 'id' */
  primaryKey?: string;
  /** Columns whose values are not kept. */
  redact?: readonly string[];
  /** What kind of record it is. @default the name of the business table */
  recordType?: string;
}

/**
 * SQL for triggers that write a change for every row that is inserted, updated or deleted in a business table, whoever
 * does it, and that refuse TRUNCATE, which tells of no rows.
 * @throws AuditOptionError
 */
export function captureTriggersFor(options: PostgresCaptureOptions): CaptureTriggers {
  const {
    source,
    sourceSchema = DEFAULT_SCHEMA,
    primaryKey = 'id',
    redact = [],
    recordType = source,
  } = options;
  checkName('source', source, LONGEST_NAME_BYTES);
  checkName('sourceSchema', sourceSchema, LONGEST_NAME_BYTES);
  for (const column of [primaryKey, ...redact]) checkName('column', column, LONGEST_NAME_BYTES);
  const { table, ids } = resolveTable(options);
  const names = pgNamesOf(options, table);
  const suffix = `capture_${createHash('sha256').update(`${sourceSchema}.${source}`).digest('hex').slice(0, 10)}`;
  const on = `${quote(sourceSchema)}.${quote(source)}`;
  const hidden = redact.length === 0 ? '' : ` || ${literal(hiddenColumns(redact))}::jsonb`;
  const idType = ids === 'uuid' ? 'uuid' : 'text';
  const body = `DECLARE
  change UUID := gen_random_uuid();
  record_id ${idType};
  previous JSONB;
  latest JSONB := 'null';
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = TG_TABLE_NAME || ' is audited: TRUNCATE is refused, since it tells of no rows; use DELETE';
  END IF;
  IF TG_OP <> 'INSERT' THEN
    previous := to_jsonb(OLD)${hidden};
    record_id := OLD.${quote(primaryKey)}::${idType};
  END IF;
  IF TG_OP <> 'DELETE' THEN
    latest := to_jsonb(NEW)${hidden};
    record_id := coalesce(record_id, NEW.${quote(primaryKey)}::${idType});
  END IF;
  INSERT INTO ${names.context} (change_id, record_type, tenant_id, request_id, trace_id)
  VALUES (change, ${literal(recordType)}, ${setting('tenant_id')}, ${setting('request_id')}, ${setting('trace_id')});
  INSERT INTO ${names.changes} (id, request_id, change_type, previous_value, new_value, changed_by_id,
    changed_by_type, correlation_id, created_at)
  VALUES (change, record_id, TG_OP, previous, latest, coalesce(${setting('actor_id')}, '${NIL_UUID}')::${idType},
    coalesce(${setting('actor_type')}, '${DATABASE_ACTOR}'), ${setting('correlation_id')}, clock_timestamp());
  RETURN NULL;
END`;
  const fn = names.of(suffix);
  const rows = names.bare(`${suffix}_rows`);
  const truncate = names.bare(`${suffix}_truncate`);
  const updated = names.bare(`${suffix}_updated`);
  const each = `FOR EACH ROW`;
  return {
    create: `${functionOf(`${fn}() RETURNS trigger`, body, 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp')};

CREATE OR REPLACE TRIGGER ${rows} AFTER INSERT OR DELETE ON ${on} ${each} EXECUTE FUNCTION ${fn}();

CREATE OR REPLACE TRIGGER ${updated} AFTER UPDATE ON ${on} ${each}
  WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION ${fn}();

CREATE OR REPLACE TRIGGER ${truncate} BEFORE TRUNCATE ON ${on}
  FOR EACH STATEMENT EXECUTE FUNCTION ${fn}();
`,
    drop: `DROP TRIGGER IF EXISTS ${rows} ON ${on};
DROP TRIGGER IF EXISTS ${updated} ON ${on};
DROP TRIGGER IF EXISTS ${truncate} ON ${on};
DROP FUNCTION IF EXISTS ${fn}();
`,
  };
}

function hiddenColumns(columns: readonly string[]): string {
  return JSON.stringify(Object.fromEntries(columns.map((column) => [column, REDACTED])));
}
