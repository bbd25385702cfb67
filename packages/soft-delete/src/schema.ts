import { SoftDeleteOptionError } from './errors.ts';

/**
 * What becomes of a row when its parent is deleted: it is deleted by the same act, keeps its parent from being
 * deleted, loses its foreign key (which a restore does not bring back), or stays as it is.
 */
export type OnDelete = 'cascade' | 'restrict' | 'set null' | 'keep';

/** What the columns are called. */
export interface SoftDeleteColumns {
  /** @default 'deleted_at' */
  deletedAt?: string;
  /** @default 'deleted_by' */
  deletedBy?: string;
  /** @default 'deletion_id' */
  deletionId?: string;
}

/** How rows of a table belong to rows of another. */
export interface RelationDefinition {
  /** The column, or columns, of this table that name the parent. */
  foreignKey: string | readonly string[];
  /** The parent's table; it must be in the same schema. */
  parent: string;
  /** The parent's columns. Default its primary key. */
  references?: string | readonly string[];
  onDelete: OnDelete;
}

/** What is told of a table. */
export interface TableDefinition {
  /** @default 'id' */
  primaryKey?: string | readonly string[];
  /** Other names of the three columns that mark a row. */
  columns?: SoftDeleteColumns;
  /**
   * The column that holds the tenant. Where it is given, no call reaches another tenant's row; rows of tables below
   * it that are deleted by cascade and have no such column belong to their parent's tenant.
   */
  tenantColumn?: string;
  /** Parents of this table's rows. */
  relations?: readonly RelationDefinition[];
  /**
   * False for a table whose rows are not marked: it can restrict, be set to null or be kept, and not cascade.
   * @default true
   */
  softDelete?: boolean;
}

/** A table of a schema, resolved. */
export interface Table {
  readonly name: string;
  readonly primaryKey: readonly string[];
  readonly columns: Readonly<Required<SoftDeleteColumns>>;
  readonly tenantColumn: string | undefined;
  /** Where the table has no tenant column: the relation to the parent whose tenant its rows belong to. */
  readonly tenantThrough: Relation | undefined;
  readonly softDelete: boolean;
  /** Relations in which this table is the child. */
  readonly parents: readonly Relation[];
  /** Relations in which this table is the parent. */
  readonly children: readonly Relation[];
}

/** A relation of a schema, resolved. */
export interface Relation {
  readonly child: Table;
  readonly foreignKey: readonly string[];
  readonly parent: Table;
  readonly references: readonly string[];
  readonly onDelete: OnDelete;
}

/** Tables by name, as `defineSchema` gives them. */
export type Schema = ReadonlyMap<string, Table>;

/** The names of the columns. */
export const SOFT_DELETE_COLUMN_DEFAULTS: Readonly<Required<SoftDeleteColumns>> = Object.freeze({
  deletedAt: 'deleted_at',
  deletedBy: 'deleted_by',
  deletionId: 'deletion_id',
});

const ACTIONS: readonly OnDelete[] = ['cascade', 'restrict', 'set null', 'keep'];

interface OpenTable extends Table {
  tenantThrough: Relation | undefined;
  readonly parents: Relation[];
  readonly children: Relation[];
}

/**
 * Tables by name and how they belong together. Relations may form cycles.
 * @throws SoftDeleteOptionError
 */
export function defineSchema(tables: Readonly<Record<string, TableDefinition>>): Schema {
  const schema = new Map<string, OpenTable>();
  for (const [name, definition] of Object.entries(tables)) schema.set(name, openTable(name, definition));
  for (const [name, { relations = [] }] of Object.entries(tables)) {
    for (const definition of relations) relate(schema, name, definition);
  }
  findTenants(schema);
  return schema;
}

/** A row that is deleted with its parent belongs to the parent's tenant. */
function findTenants(schema: Iterable<[string, OpenTable]>): void {
  const tables = [...schema].map(([, table]) => table);
  let found: boolean;
  do {
    found = false;
    for (const table of tables) {
      if (isScoped(table)) continue;
      table.tenantThrough = table.parents.find(
        ({ onDelete, parent }) => onDelete === 'cascade' && isScoped(parent),
      );
      found ||= table.tenantThrough !== undefined;
    }
  } while (found);
}

/** Whether a tenant can be told for each row. */
export function isScoped({ tenantColumn, tenantThrough }: Table): boolean {
  return tenantColumn !== undefined || tenantThrough !== undefined;
}

/** @throws SoftDeleteOptionError */
export function tableOf(schema: Schema, name: string): Table {
  const table = schema.get(name);
  if (table === undefined) {
    throw new SoftDeleteOptionError(
      'table',
      `table is "${name}"; the schema has ${[...schema.keys()].map((known) => `"${known}"`).join(', ')}.`,
    );
  }
  return table;
}

function openTable(name: string, definition: TableDefinition): OpenTable {
  checkName('table', name);
  const { primaryKey = 'id', columns = {}, tenantColumn, softDelete = true } = definition;
  const table: OpenTable = {
    name,
    primaryKey: names(`primaryKey of "${name}"`, primaryKey),
    columns: { ...SOFT_DELETE_COLUMN_DEFAULTS, ...columns },
    tenantColumn,
    tenantThrough: undefined,
    softDelete,
    parents: [],
    children: [],
  };
  for (const column of Object.values(table.columns)) checkName(`column of "${name}"`, column);
  if (tenantColumn !== undefined) checkName(`tenantColumn of "${name}"`, tenantColumn);
  return table;
}

function relate(schema: Map<string, OpenTable>, name: string, definition: RelationDefinition): void {
  const child = schema.get(name);
  const parent = schema.get(definition.parent);
  if (child === undefined || parent === undefined) {
    throw new SoftDeleteOptionError(
      'relations',
      `A relation of "${name}" names the parent "${definition.parent}", which is not in the schema. Add it, with softDelete: false if its rows are not marked.`,
    );
  }
  const foreignKey = names(`foreignKey of "${name}"`, definition.foreignKey);
  const references = names(`references of "${name}"`, definition.references ?? parent.primaryKey);
  if (foreignKey.length !== references.length) {
    throw new SoftDeleteOptionError(
      'relations',
      `A relation of "${name}" has ${foreignKey.length} columns in foreignKey and ${references.length} in references; they must be as many.`,
    );
  }
  checkAction(child, definition.onDelete);
  const relation: Relation = { child, foreignKey, parent, references, onDelete: definition.onDelete };
  child.parents.push(relation);
  parent.children.push(relation);
}

function checkAction(child: Table, onDelete: OnDelete): void {
  if (!ACTIONS.includes(onDelete)) {
    throw new SoftDeleteOptionError(
      'onDelete',
      `onDelete of a relation of "${child.name}" is "${onDelete}"; it must be one of ${ACTIONS.join(', ')}.`,
    );
  }
  if (onDelete === 'cascade' && !child.softDelete) {
    throw new SoftDeleteOptionError(
      'relations',
      `A relation of "${child.name}" cascades, and its rows cannot be marked (softDelete: false). Use restrict, set null or keep.`,
    );
  }
}

function names(option: string, value: string | readonly string[]): readonly string[] {
  const list = typeof value === 'string' ? [value] : value;
  if (list.length === 0)
    throw new SoftDeleteOptionError(option, `${option} is empty; it must name a column.`);
  for (const name of list) checkName(option, name);
  return list;
}

/** Any name can be quoted, except one that the databases cannot hold. */
export function isName(name: unknown): name is string {
  return typeof name === 'string' && name.length > 0 && !name.includes('\u0000') && name.isWellFormed();
}

export function checkName(option: string, name: unknown): void {
  if (!isName(name)) {
    throw new SoftDeleteOptionError(
      option,
      `${option} is ${JSON.stringify(name)}; it must be a string that is not empty and has no NUL in it.`,
    );
  }
}
