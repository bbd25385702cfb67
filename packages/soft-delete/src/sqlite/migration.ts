import { MigrationBlockedError, SoftDeleteOptionError } from '../errors.ts';
import {
  indexName,
  type MigrationOptions,
  type MigrationRun,
  type ResolvedMigration,
  resolveMigration,
} from '../migration-options.ts';
import { quote, quoteList } from '../sql/dialect.ts';
import { columnOf, readCreateTable, withoutUnique } from './create-table.ts';
import type { SqliteDatabase } from './database.ts';

export interface SqliteMigrationOptions extends MigrationOptions {
  /** A better-sqlite3 connection, without an open transaction. */
  db: SqliteDatabase;
}

/** Makes a table ready for soft delete, and takes it back. */
export interface SqliteMigration {
  /** Adds the columns and indexes and makes unique constraints hold among live rows only. Once done it does nothing. */
  up(): MigrationRun;
  /** Takes everything back. @throws MigrationBlockedError while rows are deleted, see `reviveDeleted` */
  down(): MigrationRun;
}

interface IndexRow {
  readonly name: string;
  readonly unique: number;
  readonly origin: 'c' | 'u' | 'pk';
  readonly partial: number;
}

const JOURNAL = 'holdfast_soft_delete_migrations';

/**
 * Makes a table ready for soft delete, in one transaction. A UNIQUE that stands in the table's own definition makes
 * a rebuild necessary, which copies every row; the table is locked for writers until it is done.
 * @throws SoftDeleteOptionError
 * @see https://www.sqlite.org/lang_altertable.html#otheralter
 */
export function migrationFor(table: string, options: SqliteMigrationOptions): SqliteMigration {
  const { db, ...rest } = options;
  const plan = resolveMigration(table, rest);
  return {
    up: () => inMigration(db, plan, () => up(db, plan)),
    down: () => inMigration(db, plan, () => down(db, plan)),
  };
}

/** Runs steps in one transaction, foreign keys being checked at its end: a rebuild drops a table for a moment. */
function inMigration(
  db: SqliteDatabase,
  { table }: ResolvedMigration,
  plan: () => readonly string[],
): MigrationRun {
  if (db.inTransaction) {
    throw new MigrationBlockedError(table, 'a transaction is open on this connection; end it first.');
  }
  const foreignKeys = Number(Object.values(db.prepare('PRAGMA foreign_keys').get() as object)[0]);
  db.exec('PRAGMA foreign_keys = OFF');
  try {
    db.exec('BEGIN IMMEDIATE');
    const violations = violationsOf(db);
    const steps = plan().map((sql) => {
      const start = performance.now();
      db.exec(sql);
      return { sql, durationMs: performance.now() - start };
    });
    if (violationsOf(db) > violations) {
      throw new MigrationBlockedError(table, 'foreign keys would point nowhere.');
    }
    db.exec('COMMIT');
    return { steps };
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    if (!isUniqueViolation(error)) throw error;
    throw new MigrationBlockedError(
      table,
      'rows that are deleted and rows that are live have the same unique value.',
    );
  } finally {
    db.exec('PRAGMA legacy_alter_table = OFF');
    db.exec(`PRAGMA foreign_keys = ${foreignKeys}`);
  }
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_UNIQUE';
}

function violationsOf(db: SqliteDatabase): number {
  return db.prepare('PRAGMA foreign_key_check').all().length;
}

function up(db: SqliteDatabase, plan: ResolvedMigration): string[] {
  const { table, columns, liveIndexes } = plan;
  const original = definitionOf(db, table);
  const found = new Set(columnsOf(db, table));
  const steps: string[] = [];
  const types = { [columns.deletedAt]: 'INTEGER', [columns.deletedBy]: 'TEXT', [columns.deletionId]: 'TEXT' };
  for (const [column, type] of Object.entries(types)) {
    if (!found.has(column)) steps.push(`ALTER TABLE ${quote(table)} ADD COLUMN ${quote(column)} ${type}`);
  }
  const uniques = indexesOf(db, table).filter(
    ({ unique, origin, partial }) => unique === 1 && origin !== 'pk' && partial === 0,
  );
  for (const { name } of uniques) refuseReferenced(db, table, keysOf(db, name));
  const live = `WHERE ${quote(columns.deletedAt)} IS NULL`;
  const indexes = uniques.map((index) => {
    const { name, origin } = index;
    const keys = origin === 'c' ? keysSql(db, name) : quoteList(keysOf(db, name));
    const target = origin === 'c' ? name : indexName(table, ...keysOf(db, name), 'live');
    if (origin === 'c') steps.push(`DROP INDEX ${quote(name)}`);
    return `CREATE UNIQUE INDEX IF NOT EXISTS ${quote(target)} ON ${quote(table)} (${keys}) ${live}`;
  });
  if (uniques.some(({ origin }) => origin === 'u')) steps.push(...rebuild(db, plan, original, steps));
  const known = new Set(indexesOf(db, table).map(({ name }) => name));
  for (const list of liveIndexes) {
    const name = indexName(table, ...list, 'live_rows');
    if (!known.has(name))
      indexes.push(`CREATE INDEX ${quote(name)} ON ${quote(table)} (${quoteList(list)}) ${live}`);
  }
  for (const column of [columns.deletedAt, columns.deletionId]) {
    const name = indexName(table, column, 'deleted');
    const where = `WHERE ${quote(column)} IS NOT NULL`;
    if (!known.has(name))
      indexes.push(`CREATE INDEX ${quote(name)} ON ${quote(table)} (${quote(column)}) ${where}`);
  }
  steps.push(...indexes);
  return steps.length === 0 ? steps : [...remember(db, table, original, steps), ...steps];
}

/** What `down` goes back to: the definitions of the table and its indexes as they were before the first step. */
function remember(db: SqliteDatabase, table: string, original: string, steps: readonly string[]): string[] {
  const isOurs = recordOf(db, table) !== undefined;
  if (isOurs || steps.length === 0) return [];
  const definitions = JSON.stringify([original, ...objectsOf(db, table)]);
  return [
    `CREATE TABLE IF NOT EXISTS ${JOURNAL} (table_name TEXT PRIMARY KEY, definitions TEXT NOT NULL) STRICT`,
    `INSERT INTO ${JOURNAL} VALUES (${text(table)}, ${text(definitions)})`,
  ];
}

function down(db: SqliteDatabase, { table, columns, reviveDeleted }: ResolvedMigration): string[] {
  const record = recordOf(db, table);
  if (record === undefined) return [];
  const [original = '', ...objects] = JSON.parse(record) as string[];
  const deletedAt = quote(columns.deletedAt);
  const [{ total }] = db
    .prepare(`SELECT count(*) AS total FROM ${quote(table)} WHERE ${deletedAt} IS NOT NULL`)
    .all() as [{ total: number }];
  if (total > 0 && !reviveDeleted) {
    throw new MigrationBlockedError(
      table,
      `${total} rows are deleted and would be live again. Purge or restore them, or pass reviveDeleted: true.`,
    );
  }
  const kept = columnsOfSql(db, original, table);
  const marks: readonly string[] = Object.values(columns);
  const added = columnsOf(db, table).filter((column) => !kept.includes(column) && !marks.includes(column));
  if (added.length > 0) {
    throw new MigrationBlockedError(
      table,
      `${added.join(', ')} came after it and would be lost. Drop the columns of soft delete by hand.`,
    );
  }
  return [
    ...copied(db, table, original, kept),
    ...objects,
    ...laterObjects(db, table, objects, marks),
    `DELETE FROM ${JOURNAL} WHERE table_name = ${text(table)}`,
  ];
}

/** Indexes and triggers that came after the migration and have nothing to do with it. */
function laterObjects(
  db: SqliteDatabase,
  table: string,
  before: readonly string[],
  marks: readonly string[],
): string[] {
  const nameIn = (sql: string): string | undefined =>
    /(?:INDEX|TRIGGER)\s+(?:IF NOT EXISTS\s+)?(\S+)/i.exec(sql)?.[1];
  const known = new Set(before.map(nameIn));
  return objectsOf(db, table).filter(
    (sql) => !known.has(nameIn(sql)) && !marks.some((column) => sql.includes(quote(column))),
  );
}

/** The table without inline UNIQUE, filled from the old one. */
function rebuild(
  db: SqliteDatabase,
  { table, columns }: ResolvedMigration,
  original: string,
  steps: readonly string[],
): string[] {
  const parts = readCreateTable(original);
  if (parts === undefined) {
    throw new MigrationBlockedError(
      table,
      'its definition could not be read; take UNIQUE out of it by hand.',
    );
  }
  const definitions = withoutUnique(parts.definitions);
  const found = new Set(columnsOf(db, table));
  const added = [
    `${quote(columns.deletedAt)} INTEGER`,
    `${quote(columns.deletedBy)} TEXT`,
    `${quote(columns.deletionId)} TEXT`,
  ];
  const missing = Object.values(columns).flatMap((column, index) =>
    found.has(column) ? [] : [added[index] ?? ''],
  );
  const firstConstraint = definitions.findIndex((definition) => columnOf(definition) === undefined);
  definitions.splice(
    firstConstraint < 0 ? definitions.length : firstConstraint,
    0,
    ...missing.map((column) => ` ${column}`),
  );
  const sql = `CREATE TABLE ${quote(table)} (${definitions.join(',')})${parts.suffix}`;
  const dropped = new Set(steps.filter((step) => step.startsWith('DROP INDEX ')));
  const objects = objectsOf(db, table, (name) => !dropped.has(`DROP INDEX ${quote(name)}`));
  return [
    ...copied(
      db,
      table,
      sql,
      plainColumns(db, table).concat(
        missing.length > 0 ? Object.values(columns).filter((column) => !found.has(column)) : [],
      ),
    ),
    ...objects,
  ];
}

/** Makes a table anew with the rows of the old one; triggers and indexes of the old one go with it. */
function copied(db: SqliteDatabase, table: string, sql: string, columns: readonly string[]): string[] {
  const old = `${table}_holdfast_old`;
  if (db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(old) !== undefined) {
    throw new MigrationBlockedError(table, `there is a table "${old}" already.`);
  }
  const list = quoteList(columns);
  return [
    'PRAGMA legacy_alter_table = ON',
    `ALTER TABLE ${quote(table)} RENAME TO ${quote(old)}`,
    sql,
    `INSERT INTO ${quote(table)} (${list}) SELECT ${list} FROM ${quote(old)}`,
    ...sequence(db, table),
    `DROP TABLE ${quote(old)}`,
    'PRAGMA legacy_alter_table = OFF',
  ];
}

/** AUTOINCREMENT goes on where it was. */
function sequence(db: SqliteDatabase, table: string): string[] {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get() === undefined) return [];
  const row = db.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?').get(table) as
    | { seq: number }
    | undefined;
  if (row === undefined) return [];
  return [
    `DELETE FROM sqlite_sequence WHERE name = ${text(table)}`,
    `INSERT INTO sqlite_sequence VALUES (${text(table)}, ${row.seq})`,
  ];
}

function recordOf(db: SqliteDatabase, table: string): string | undefined {
  if (db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(JOURNAL) === undefined) return undefined;
  const row = db.prepare(`SELECT definitions FROM ${JOURNAL} WHERE table_name = ?`).get(table);
  return (row as { definitions: string } | undefined)?.definitions;
}

function definitionOf(db: SqliteDatabase, table: string): string {
  const row = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table);
  if (row === undefined)
    throw new SoftDeleteOptionError('table', `There is no table "${table}" in the database.`);
  return (row as { sql: string }).sql;
}

/** Indexes and triggers that were made by statements of their own. */
function objectsOf(
  db: SqliteDatabase,
  table: string,
  keep: (name: string) => boolean = () => true,
): string[] {
  const rows = db
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL",
    )
    .all(table) as { name: string; sql: string }[];
  return rows.filter(({ name }) => keep(name)).map(({ sql }) => sql);
}

function columnsOf(db: SqliteDatabase, table: string): string[] {
  return (db.prepare('SELECT name FROM pragma_table_info(?)').all(table) as { name: string }[]).map(
    ({ name }) => name,
  );
}

/** Without generated ones, which cannot be written. */
function plainColumns(db: SqliteDatabase, table: string): string[] {
  const rows = db.prepare('SELECT name, hidden FROM pragma_table_xinfo(?)').all(table);
  return (rows as { name: string; hidden: number }[])
    .filter(({ hidden }) => hidden === 0)
    .map(({ name }) => name);
}

/** The columns that the table had: those of now that its old definition can hold. */
function columnsOfSql(db: SqliteDatabase, sql: string, table: string): string[] {
  const parts = readCreateTable(sql);
  const names = new Set(parts?.definitions.map((definition) => columnOf(definition)?.toLowerCase()));
  return plainColumns(db, table).filter((column) => names.has(column.toLowerCase()));
}

function indexesOf(db: SqliteDatabase, table: string): IndexRow[] {
  return db
    .prepare('SELECT name, "unique", origin, partial FROM pragma_index_list(?)')
    .all(table) as IndexRow[];
}

function keysOf(db: SqliteDatabase, index: string): string[] {
  const rows = db.prepare('SELECT name FROM pragma_index_info(?) ORDER BY seqno').all(index);
  return (rows as { name: string | null }[]).map(({ name }) => name ?? '');
}

/** The keys of an index as they were written: expressions, collations and directions are kept. */
function keysSql(db: SqliteDatabase, index: string): string {
  const row = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(index) as { sql: string };
  return readCreateTable(row.sql)?.definitions.join(',') ?? quoteList(keysOf(db, index));
}

/** A foreign key needs a whole unique key to point at. */
function refuseReferenced(db: SqliteDatabase, table: string, keys: readonly string[]): void {
  const rows = db
    .prepare(
      `SELECT m.name AS child, f.id, f."to" AS target FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
       WHERE m.type = 'table' AND lower(f."table") = lower(?) AND f."to" IS NOT NULL`,
    )
    .all(table) as { child: string; id: number; target: string }[];
  const targets = new Map<string, string[]>();
  for (const { child, id, target } of rows) {
    const key = `${child}\u0000${id}`;
    targets.set(key, [...(targets.get(key) ?? []), target.toLowerCase()]);
  }
  const wanted = keys
    .map((key) => key.toLowerCase())
    .sort()
    .join('\u0000');
  for (const [key, columns] of targets) {
    if (columns.sort().join('\u0000') === wanted) {
      throw new MigrationBlockedError(
        table,
        `"${key.split('\u0000')[0]}" refers to its unique ${keys.join(', ')}, which a partial index cannot serve. Let it refer to the primary key first.`,
      );
    }
  }
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
