import { type Clock, systemClock } from '@holdfast/context/clock';
import type { Condition } from '../engine/port.ts';
import { cascadeFamily } from '../engine/restore-rows.ts';
import { SoftDeleteOptionError, TenantMismatchError, TenantMissingError } from '../errors.ts';
import {
  checkName,
  defineSchema,
  isScoped,
  type Schema,
  type Table,
  type TableDefinition,
  tableOf,
} from '../schema.ts';
import { type ScopeOptions, tenantScope } from '../scope.ts';
import type { Match } from './condition.ts';
import { checkFilter, isPlainValue } from './filter.ts';
import type { ReadOptions } from './statements.ts';

/** A row's primary key: its value, or its columns where there are several. */
export type Key = string | number | bigint | Readonly<Record<string, unknown>>;

/** Values by column. */
export type Row = Record<string, unknown>;

/** Which rows a read sees. */
export interface ReadScope extends ScopeOptions {
  /**
   * Deleted rows as well.
   * @default false
   */
  includeDeleted?: boolean;
  /**
   * Nothing but deleted rows.
   * @default false
   */
  onlyDeleted?: boolean;
}

/** What repositories of every database take. */
export interface RepositoryOptions extends TableDefinition {
  /** The table whose rows these are. */
  table: string;
  /** The tables of the service, from `defineSchema`. Without it the table stands alone, as its own options say. */
  schema?: Schema;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

/** What a repository of either database knows before it asks the database. */
export class RepositoryPlan {
  readonly schema: Schema;
  readonly table: Table;
  readonly clock: Clock;

  /** @throws SoftDeleteOptionError */
  constructor(options: RepositoryOptions) {
    const { schema, table, clock = systemClock, ...definition } = options;
    this.schema = schema ?? defineSchema({ [table]: definition });
    this.table = tableOf(this.schema, table);
    this.clock = clock;
    if (!this.table.softDelete) {
      throw new SoftDeleteOptionError(
        'table',
        `table is "${table}", which has softDelete: false; a repository needs rows that can be marked.`,
      );
    }
  }

  tenant(options: ScopeOptions): string | undefined {
    return tenantScope(this.table.name, isScoped(this.table), options);
  }

  /**
   * As `tenant`; a shared row with tenants' rows below it is nobody's to delete or restore alone.
   * @throws TenantMissingError
   */
  tenantOfAct(options: ScopeOptions): string | undefined {
    const shared = !isScoped(this.table) && cascadeFamily(this.table).some(isScoped);
    if (shared && options.acrossTenants !== true) throw new TenantMissingError(this.table.name);
    return this.tenant(options);
  }

  byKey(key: Key, options: ScopeOptions, state?: Condition['state']): Condition {
    return { match: keyMatch(this.table, key), state, tenantId: this.tenant(options) };
  }

  /** @throws SoftDeleteFilterError */
  rows(where: Match, options: ReadScope): Condition {
    return {
      match: checkFilter(this.table, where),
      state: readState(options),
      tenantId: this.tenant(options),
    };
  }

  /** The part of the rows that is read. @throws SoftDeleteOptionError */
  page({ orderBy, limit, offset }: ReadOptions): ReadOptions {
    for (const [option, value] of Object.entries({ limit, offset })) {
      if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
      throw new SoftDeleteOptionError(option, `${option} must be an integer from 0.`);
    }
    return { orderBy, limit, offset };
  }

  /** Values of a new row: of this tenant and live. */
  newRow(values: Readonly<Row>, options: ScopeOptions): Row {
    const { name, tenantColumn } = this.table;
    this.#refuseMarks('insert', values);
    const tenantId = this.tenant(options);
    if (tenantColumn === undefined || tenantId === undefined) return { ...values };
    if (values[tenantColumn] !== undefined && values[tenantColumn] !== tenantId) {
      throw new TenantMismatchError(name);
    }
    return { ...values, [tenantColumn]: tenantId };
  }

  /** @throws SoftDeleteOptionError for columns that hold the row together */
  erasable(values: Readonly<Row>): Row {
    this.#refuseMarks('erase', values);
    const { primaryKey, tenantColumn, parents } = this.table;
    const kept = new Set([...primaryKey, ...parents.flatMap(({ foreignKey }) => foreignKey)]);
    if (tenantColumn !== undefined) kept.add(tenantColumn);
    const names = Object.keys(values);
    const held = names.find((column) => kept.has(column));
    if (names.length === 0 || held !== undefined) {
      throw new SoftDeleteOptionError(
        'values',
        held === undefined
          ? 'erase: values is empty; it must name the columns to overwrite.'
          : `erase: values names "${held}", which keys, tenants or relations are made of; it is kept.`,
      );
    }
    return { ...values };
  }

  #refuseMarks(operation: string, values: Readonly<Row>): void {
    for (const column of Object.keys(values)) checkName(operation, column);
    const mark = Object.values(this.table.columns).find((column) => column in values);
    if (mark !== undefined) {
      throw new SoftDeleteOptionError(
        'values',
        `${operation}: values names "${mark}", which only delete and restore write.`,
      );
    }
  }
}

/** Only `true` shows deleted rows: a route may pass on the text `false`. */
export function readState({ includeDeleted, onlyDeleted }: ReadScope): Condition['state'] {
  if (onlyDeleted === true) return 'deleted';
  return includeDeleted === true ? undefined : 'live';
}

function keyMatch({ name, primaryKey }: Table, key: Key): Match {
  const [only, ...more] = primaryKey;
  const isObject = typeof key === 'object' && key !== null;
  if (only !== undefined && more.length === 0 && !(isObject && only in key)) return keyValue(only, key);
  if (!isObject) {
    throw new SoftDeleteOptionError(
      'key',
      `The key of "${name}" has ${primaryKey.length} columns: give an object with ${primaryKey.join(', ')}.`,
    );
  }
  const missing = primaryKey.find((column) => key[column] === undefined || key[column] === null);
  if (missing !== undefined) {
    throw new SoftDeleteOptionError('key', `The key of "${name}" has no ${missing}.`);
  }
  return Object.assign({}, ...primaryKey.map((column) => keyValue(column, key[column])));
}

/** A list would be a key of many rows, and a client may send one where one id is meant: it is the key of none. */
function keyValue(column: string, value: unknown): Match {
  return { [column]: value === null || !isPlainValue(value) ? [] : value };
}
