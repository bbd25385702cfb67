import { MigrationBlockedError, SoftDeleteOptionError } from '../errors.ts';
import {
  indexName,
  type MigrationOptions,
  type MigrationRun,
  type ResolvedMigration,
  resolveMigration,
} from '../migration-options.ts';
import { quote, quoteList } from '../sql/dialect.ts';
import { type PgClient, type PgPool, pgCode, withPooledClient } from './client.ts';

export interface PostgresMigrationOptions extends MigrationOptions {
  /** A pg Pool, from which one connection is taken. */
  pool?: PgPool;
  /** A pg Client of its own, without an open transaction. */
  client?: PgClient;
  /**
   * How long a step that locks the table waits for its turn, in ms, from 1; then it fails and can be run again. As
   * long as it waits, everybody behind it waits as well.
   * @default 3000
   */
  lockTimeoutMs?: number;
}

/** Makes a table ready for soft delete, and takes it back. */
export interface PostgresMigration {
  /**
   * Adds the columns and indexes and makes unique constraints hold among live rows only. Indexes are built
   * concurrently. Once done it does nothing; after a failure it goes on where it was.
   */
  up(): Promise<MigrationRun>;
  /** Takes everything back. @throws MigrationBlockedError while rows are deleted, see `reviveDeleted` */
  down(): Promise<MigrationRun>;
}

interface UniqueIndex {
  readonly name: string;
  readonly constraint: string | null;
  readonly keys: string;
  readonly nullsEqual: boolean;
  readonly referenced: boolean;
  readonly deferrable: boolean;
}

const DEFAULT_LOCK_TIMEOUT_MS = 3000;
const MARK = 'holdfast soft delete, in place of ';

/**
 * Makes a table ready for soft delete, in steps of which none holds a lock for long.
 * @throws SoftDeleteOptionError
 */
export function migrationFor(table: string, options: PostgresMigrationOptions): PostgresMigration {
  const { pool, client, lockTimeoutMs = DEFAULT_LOCK_TIMEOUT_MS, ...rest } = options;
  const plan = resolveMigration(table, rest);
  if ((pool === undefined) === (client === undefined)) {
    throw new SoftDeleteOptionError(
      'pool',
      'migrationFor: give either pool or client, a connected pg Pool or Client.',
    );
  }
  if (!(Number.isInteger(lockTimeoutMs) && lockTimeoutMs >= 1)) {
    throw new SoftDeleteOptionError(
      'lockTimeoutMs',
      `migrationFor: lockTimeoutMs is ${lockTimeoutMs}; it must be an integer of 1 or more milliseconds.`,
    );
  }
  const runOn = async (
    connection: PgClient,
    work: (steps: Steps) => Promise<void>,
  ): Promise<MigrationRun> => {
    try {
      await connection.query(`SET lock_timeout = ${lockTimeoutMs}`);
      const steps = new Steps(connection);
      await work(steps);
      return { steps: steps.done };
    } finally {
      await connection.query('RESET lock_timeout').catch(() => undefined);
    }
  };
  const run = (work: (steps: Steps) => Promise<void>): Promise<MigrationRun> =>
    pool === undefined
      ? runOn(client as PgClient, work)
      : withPooledClient(pool, (taken) => runOn(taken, work));
  return { up: () => run((steps) => up(steps, plan)), down: () => run((steps) => down(steps, plan)) };
}

/** Statements one by one: an index that is built concurrently cannot be part of a transaction. */
class Steps {
  readonly done: { sql: string; durationMs: number }[] = [];
  readonly client: PgClient;

  constructor(client: PgClient) {
    this.client = client;
  }

  async run(sql: string): Promise<void> {
    const start = performance.now();
    await this.client.query(sql);
    this.done.push({ sql, durationMs: performance.now() - start });
  }
}

async function up(steps: Steps, { table, columns, liveIndexes }: ResolvedMigration): Promise<void> {
  const { client } = steps;
  const found = await columnsOf(client, table);
  const uniques = await uniquesOf(client, table);
  for (const { name, referenced, deferrable } of uniques) {
    if (referenced) {
      throw new MigrationBlockedError(
        table,
        `a foreign key refers to its unique "${name}", which a partial index cannot serve. Let it refer to the primary key first.`,
      );
    }
    if (deferrable) {
      throw new MigrationBlockedError(table, `its unique "${name}" is deferrable, which an index cannot be.`);
    }
  }
  const types = {
    [columns.deletedAt]: 'timestamptz',
    [columns.deletedBy]: 'text',
    [columns.deletionId]: 'text',
  };
  const missing = Object.entries(types).filter(([column]) => !found.has(column));
  if (missing.length > 0) {
    const added = missing.map(([column, type]) => `ADD COLUMN IF NOT EXISTS ${quote(column)} ${type}`);
    await steps.run(`ALTER TABLE ${quote(table)} ${added.join(', ')}`);
  }
  const live = `WHERE ${quote(columns.deletedAt)} IS NULL`;
  for (const { name, constraint, keys, nullsEqual } of uniques) {
    const target = indexName(name, 'live');
    const nulls = nullsEqual ? ' NULLS NOT DISTINCT' : '';
    await build(
      steps,
      table,
      target,
      `UNIQUE INDEX CONCURRENTLY ${quote(target)} ON ${quote(table)} ${keys}${nulls} ${live}`,
    );
    const origin = `${constraint === null ? 'index' : 'constraint'} ${name}: ${keys}${nulls}`;
    await steps.run(`COMMENT ON INDEX ${await qualified(client, table, target)} IS ${text(MARK + origin)}`);
    if (constraint === null)
      await steps.run(`DROP INDEX CONCURRENTLY ${await qualified(client, table, name)}`);
    else await steps.run(`ALTER TABLE ${quote(table)} DROP CONSTRAINT ${quote(constraint)}`);
  }
  for (const list of liveIndexes) {
    const name = indexName(table, ...list, 'live_rows');
    await build(
      steps,
      table,
      name,
      `INDEX CONCURRENTLY ${quote(name)} ON ${quote(table)} (${quoteList(list)}) ${live}`,
    );
  }
  for (const column of [columns.deletedAt, columns.deletionId]) {
    const name = indexName(table, column, 'deleted');
    const where = `WHERE ${quote(column)} IS NOT NULL`;
    await build(
      steps,
      table,
      name,
      `INDEX CONCURRENTLY ${quote(name)} ON ${quote(table)} (${quote(column)}) ${where}`,
    );
  }
}

/** A build that failed leaves an index behind that is not valid: it is made anew. */
async function build(steps: Steps, table: string, name: string, definition: string): Promise<void> {
  const { rows } = await steps.client.query(
    'SELECT i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1) AND c.relname = $2',
    [quote(table), name],
  );
  const row = rows[0] as { valid: boolean } | undefined;
  if (row?.valid === true) return;
  if (row !== undefined)
    await steps.run(`DROP INDEX CONCURRENTLY ${await qualified(steps.client, table, name)}`);
  await steps.run(`CREATE ${definition}`);
}

async function down(
  steps: Steps,
  { table, columns, liveIndexes, reviveDeleted }: ResolvedMigration,
): Promise<void> {
  const { client } = steps;
  const found = await columnsOf(client, table);
  if (found.has(columns.deletedAt) && !reviveDeleted) await refuseDeleted(client, table, columns.deletedAt);
  for (const { name, comment } of await oursOf(client, table)) {
    const [, kind, original = '', keys = ''] =
      /^(index|constraint) (.*?): (\(?.*)$/s.exec(comment.slice(MARK.length)) ?? [];
    try {
      await build(
        steps,
        table,
        original,
        `UNIQUE INDEX CONCURRENTLY ${quote(original)} ON ${quote(table)} ${keys}`,
      );
    } catch (error) {
      if (pgCode(error) !== '23505') throw error;
      await steps.run(`DROP INDEX CONCURRENTLY IF EXISTS ${await qualified(client, table, original)}`);
      throw new MigrationBlockedError(
        table,
        'rows that are deleted and rows that are live have the same unique value.',
      );
    }
    if (kind === 'constraint') {
      await steps.run(
        `ALTER TABLE ${quote(table)} ADD CONSTRAINT ${quote(original)} UNIQUE USING INDEX ${quote(original)}`,
      );
    }
    await steps.run(`DROP INDEX CONCURRENTLY ${await qualified(client, table, name)}`);
  }
  const made = [
    ...liveIndexes.map((list) => indexName(table, ...list, 'live_rows')),
    ...[columns.deletedAt, columns.deletionId].map((column) => indexName(table, column, 'deleted')),
  ];
  const there = await indexesOf(client, table);
  for (const name of made.filter((index) => there.has(index))) {
    await steps.run(`DROP INDEX CONCURRENTLY ${await qualified(client, table, name)}`);
  }
  const marks = Object.values(columns).filter((column) => found.has(column));
  if (marks.length > 0) {
    await steps.run(
      `ALTER TABLE ${quote(table)} ${marks.map((column) => `DROP COLUMN ${quote(column)}`).join(', ')}`,
    );
  }
}

async function refuseDeleted(client: PgClient, table: string, deletedAt: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT count(*) AS total FROM ${quote(table)} WHERE ${quote(deletedAt)} IS NOT NULL`,
  );
  const total = Number((rows[0] as { total: string }).total);
  if (total === 0) return;
  throw new MigrationBlockedError(
    table,
    `${total} rows are deleted and would be live again. Purge or restore them, or pass reviveDeleted: true.`,
  );
}

async function columnsOf(client: PgClient, table: string): Promise<Set<string>> {
  const { rows } = await client.query(
    'SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped',
    [quote(table)],
  );
  if (rows.length === 0)
    throw new SoftDeleteOptionError('table', `There is no table "${table}" in the search path.`);
  return new Set((rows as { name: string }[]).map(({ name }) => name));
}

/** Unique indexes of all rows, but for the primary key. */
async function uniquesOf(client: PgClient, table: string): Promise<UniqueIndex[]> {
  const { rows } = await client.query(
    `SELECT c.relname AS name, k.conname AS "constraint", i.indnullsnotdistinct AS "nullsEqual",
       coalesce(k.condeferrable, false) AS deferrable,
       substring(pg_get_indexdef(i.indexrelid) from ' (USING .*)$') AS keys,
       EXISTS (SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.indexrelid) AS referenced
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype = 'u'
     WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid AND NOT i.indisprimary
       AND i.indpred IS NULL
     ORDER BY c.relname`,
    [quote(table)],
  );
  return (rows as UniqueIndex[]).map((row) => ({
    ...row,
    keys: row.keys.replace(/ NULLS NOT DISTINCT$/, ''),
  }));
}

async function oursOf(client: PgClient, table: string): Promise<{ name: string; comment: string }[]> {
  const { rows } = await client.query(
    `SELECT c.relname AS name, obj_description(c.oid, 'pg_class') AS comment
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = to_regclass($1) AND obj_description(c.oid, 'pg_class') LIKE $2`,
    [quote(table), `${MARK}%`],
  );
  return rows as { name: string; comment: string }[];
}

async function indexesOf(client: PgClient, table: string): Promise<Set<string>> {
  const { rows } = await client.query(
    'SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1)',
    [quote(table)],
  );
  return new Set((rows as { name: string }[]).map(({ name }) => name));
}

/** An index has the schema of its table, wherever the search path begins. */
async function qualified(client: PgClient, table: string, index: string): Promise<string> {
  const { rows } = await client.query(
    'SELECT n.nspname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)',
    [quote(table)],
  );
  return `${quote((rows[0] as { name: string }).name)}.${quote(index)}`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
