import { SEALED_FIELDS, type SealedFields } from '../chain/row-hash.ts';
import { literal } from '../names.ts';
import { type ResolvedTable, resolveTable } from '../options.ts';
import { type PgNames, type PostgresTableOptions, pgNamesOf } from './names.ts';

/**
 * The SQL that makes the tables, the triggers that refuse every change of what was written, and the trigger that links
 * each new row to the one before. It can be run again, and takes PostgreSQL 14 or later.
 * @throws AuditOptionError
 */
export function migrationFor(options: PostgresTableOptions = {}): string {
  const resolved = resolveTable(options);
  const names = pgNamesOf(options, resolved.table);
  return [...tables(names, resolved), ...guards(names, resolved.table), ...sealing(names, resolved)]
    .map((statement) => `${statement};\n`)
    .join('\n');
}

function tables(names: PgNames, { ids }: ResolvedTable): string[] {
  const id = ids === 'uuid' ? 'UUID' : 'VARCHAR(200)';
  return [
    `CREATE TABLE IF NOT EXISTS ${names.changes} (
    id UUID PRIMARY KEY,
    request_id ${id} NOT NULL,
    change_type VARCHAR(50) NOT NULL,
    previous_value JSONB,
    new_value JSONB NOT NULL,
    changed_by_id ${id} NOT NULL,
    changed_by_type VARCHAR(20) NOT NULL,
    correlation_id VARCHAR(100),
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
)`,
    `CREATE TABLE IF NOT EXISTS ${names.context} (
    position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_id UUID NOT NULL UNIQUE,
    record_type TEXT,
    tenant_id TEXT,
    request_id TEXT,
    trace_id TEXT
)`,
    `CREATE TABLE IF NOT EXISTS ${names.chain} (
    chain TEXT NOT NULL,
    seq BIGINT NOT NULL,
    position BIGINT NOT NULL UNIQUE,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (chain, seq)
)`,
    index(names, 'by_record', 'request_id, created_at'),
    index(names, 'by_actor', 'changed_by_id, created_at'),
    index(names, 'by_correlation', 'correlation_id, created_at'),
    index(names, 'by_time', 'created_at'),
  ];
}

function index(names: PgNames, suffix: string, columns: string): string {
  return `CREATE INDEX IF NOT EXISTS ${names.bare(suffix)} ON ${names.changes} (${columns})`;
}

/** Triggers for each statement: they fire for TRUNCATE, and where no row is touched; ALWAYS: on a replica's terms too. */
function guards(names: PgNames, table: string): string[] {
  const refuse = names.of('refuse');
  const guard = (name: string): string[] => [
    `CREATE OR REPLACE TRIGGER ${names.bare('append_only')} BEFORE UPDATE OR DELETE OR TRUNCATE ON ${name}
  FOR EACH STATEMENT EXECUTE FUNCTION ${refuse}()`,
    `ALTER TABLE ${name} ENABLE ALWAYS TRIGGER ${names.bare('append_only')}`,
  ];
  return [
    functionOf(
      `${refuse}() RETURNS trigger`,
      `BEGIN
  RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
    MESSAGE = ${literal(`the audit log ${table} is append-only: `)} || TG_OP || ' is refused';
END`,
    ),
    ...[names.changes, names.context, names.chain].flatMap(guard),
  ];
}

/** What is hashed, in SQL, in the order of `SEALED_FIELDS`. */
const SQL_FIELDS: Readonly<Record<keyof SealedFields, string>> = {
  previousHash: 'head.hash',
  chain: 'link',
  seq: 'head.seq::text',
  id: 'changed.id::text',
  recordId: 'changed.request_id::text',
  changeType: 'changed.change_type::text',
  previousValue: 'changed.previous_value::text',
  newValue: 'changed.new_value::text',
  actorId: 'changed.changed_by_id::text',
  actorType: 'changed.changed_by_type::text',
  correlationId: 'changed.correlation_id::text',
  createdAt: timeText('changed.created_at'),
  recordType: 'place.record_type',
  tenantId: 'place.tenant_id',
  requestId: 'place.request_id',
  traceId: 'place.trace_id',
};

/** A point in time as text, whatever the time zone of the session is. */
export function timeText(expression: string): string {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/**
 * The functions run with the rights of their owner, so that an application needs no right to write to the chain, and
 * with a search path that nobody can put tables into.
 */
function sealing(names: PgNames, { table, chain }: ResolvedTable): string[] {
  const frame = names.of('frame');
  const seal = names.of('seal');
  const fields = SEALED_FIELDS.map((name) => `${frame}(${SQL_FIELDS[name]})`).join(' ||\n      ');
  const link = chain === 'global' ? `'global'` : `coalesce('tenant:' || place.tenant_id, 'tenant')`;
  const linking = `
  SELECT * INTO place FROM ${names.context} x WHERE x.change_id = changed.id;
  link := ${link};
  PERFORM pg_advisory_xact_lock(hashtextextended(${literal(`${names.schema}.${table}/`)} || link, 0));
  SELECT * INTO head FROM ${names.chain} l WHERE l.chain = link ORDER BY l.seq DESC LIMIT 1;
  head.seq := coalesce(head.seq, 0) + 1;
  head.hash := coalesce(head.hash, '');
  INSERT INTO ${names.chain} (chain, seq, position, previous_hash, hash)
  VALUES (link, head.seq, place.position, head.hash,
    encode(sha256(convert_to(
      ${fields}, 'UTF8')), 'hex'));`;
  return [
    functionOf(
      `${frame}(field TEXT) RETURNS text`,
      `BEGIN
  RETURN coalesce(octet_length(convert_to(field, 'UTF8'))::text || ':' || field, '-') || ',';
END`,
      'IMMUTABLE',
    ),
    functionOf(
      `${seal}(changed ${names.changes}) RETURNS bigint`,
      `DECLARE
  place ${names.context}%ROWTYPE;
  head ${names.chain}%ROWTYPE;
  link TEXT;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ${names.context} x WHERE x.change_id = changed.id) THEN
    INSERT INTO ${names.context} (change_id, tenant_id, request_id, trace_id)
    VALUES (changed.id, ${setting('tenant_id')}, ${setting('request_id')}, ${setting('trace_id')});
  END IF;${chain === 'none' ? '' : linking}
  RETURN head.seq;
END`,
      'SECURITY DEFINER SET search_path = pg_catalog, pg_temp',
    ),
    `REVOKE EXECUTE ON FUNCTION ${seal}(${names.changes}) FROM PUBLIC`,
    functionOf(
      `${names.of('seal_new')}() RETURNS trigger`,
      `BEGIN
  PERFORM ${seal}(NEW);
  RETURN NULL;
END`,
      'SECURITY DEFINER SET search_path = pg_catalog, pg_temp',
    ),
    `CREATE OR REPLACE TRIGGER ${names.bare('seal_new')} AFTER INSERT ON ${names.changes}
  FOR EACH ROW EXECUTE FUNCTION ${names.of('seal_new')}()`,
  ];
}

/** A setting of the transaction; once it was set in a session, it comes back empty instead of null. */
export function setting(name: string): string {
  return `nullif(current_setting('holdfast.${name}', true), '')`;
}

/** A body may hold a name of the user's, so the quotes around it are made from what it does not hold. */
export function functionOf(signature: string, body: string, attributes = ''): string {
  let tag = 'holdfast';
  while (body.includes(`$${tag}$`)) tag += '_';
  return `CREATE OR REPLACE FUNCTION ${signature} LANGUAGE plpgsql ${attributes} AS $${tag}$
${body}
$${tag}$`;
}
