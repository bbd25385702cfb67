// index.d.ts
export type { RowsDeleted, RowsPurged, RowsRestored, SoftDeleteEngine, ValuesErased } from './channels.ts';
export type { PurgeOutcome } from './engine/purge-rows.ts';
export { MigrationBlockedError, MissingColumnsError, ParentDeletedError, RestoreConflictError, RestrictedError, RowNotFoundError, SoftDeleteError, SoftDeleteFilterError, SoftDeleteOptionError, TenantMismatchError, TenantMissingError, UnsupportedOperationError, } from './errors.ts';
export type { MigrationOptions, MigrationRun } from './migration-options.ts';
export type { DeleteManyResult, DeleteResult, RestoreResult } from './outcomes.ts';
export { type Purgeable, purgeAll } from './purge-all.ts';
export { defineSchema, type OnDelete, type Relation, type RelationDefinition, type Schema, SOFT_DELETE_COLUMN_DEFAULTS, type SoftDeleteColumns, type Table, type TableDefinition, } from './schema.ts';
export { PURGE_DEFAULTS, type PurgeOptions, type ScopeOptions } from './scope.ts';
export type { Match } from './sql/condition.ts';
export type { Key, ReadScope, RepositoryOptions, Row } from './sql/repository-plan.ts';
export type { ReadOptions } from './sql/statements.ts';

// channels.d.ts
/** Where the rows are. */
export type SoftDeleteEngine = 'sqlite' | 'postgres' | 'prisma';
/** The fact on `holdfast:soft-delete:deleted`. */
export interface RowsDeleted {
    readonly engine: SoftDeleteEngine;
    /** The table or model in which the act began. */
    readonly table: string;
    readonly deletionId: string;
    /** Rows marked in each table by this act. */
    readonly counts: Readonly<Record<string, number>>;
}
/** The fact on `holdfast:soft-delete:restored`. */
export interface RowsRestored {
    readonly engine: SoftDeleteEngine;
    readonly table: string;
    /** Undefined for a row that was marked without one. */
    readonly deletionId: string | undefined;
    readonly counts: Readonly<Record<string, number>>;
}
/** The fact on `holdfast:soft-delete:purged`: rows that are gone for good. */
export interface RowsPurged {
    readonly engine: SoftDeleteEngine;
    readonly table: string;
    /** Rows by table. */
    readonly counts: Readonly<Record<string, number>>;
}
/** The fact on `holdfast:soft-delete:erased`: values that are gone for good, their names only. */
export interface ValuesErased {
    readonly engine: SoftDeleteEngine;
    readonly table: string;
    readonly columns: readonly string[];
}
export declare function publishDeleted(fact: RowsDeleted): void;
export declare function publishRestored(fact: RowsRestored): void;
export declare function publishPurged(fact: RowsPurged): void;
export declare function publishErased(fact: ValuesErased): void;

// engine/purge-rows.d.ts
import type { Table } from '../schema.ts';
import { type Act, type Condition, type Port } from './port.ts';
/** What one step of a purge did. */
export interface PurgeOutcome {
    /** Rows removed for good, in each table. */
    readonly counts: Record<string, number>;
    /** The sum of `counts`. */
    readonly removed: number;
    /** Whether there may be more to remove. */
    readonly more: boolean;
}
/**
 * Removes at most `limit` rows that were deleted before a time, of a table and of those below it, children first.
 * A row to which another one still refers stays until that one is gone.
 */
export declare function purgeRows(port: Port, table: Table, { deletedBefore, tenantId }: Condition, limit: number): Act<PurgeOutcome>;

// schema.d.ts
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
export declare const SOFT_DELETE_COLUMN_DEFAULTS: Readonly<Required<SoftDeleteColumns>>;
/**
 * Tables by name and how they belong together. Relations may form cycles.
 * @throws SoftDeleteOptionError
 */
export declare function defineSchema(tables: Readonly<Record<string, TableDefinition>>): Schema;
/** Whether a tenant can be told for each row. */
export declare function isScoped({ tenantColumn, tenantThrough }: Table): boolean;
/** @throws SoftDeleteOptionError */
export declare function tableOf(schema: Schema, name: string): Table;
/** Any name can be quoted, except one that the databases cannot hold. */
export declare function isName(name: unknown): name is string;
export declare function checkName(option: string, name: unknown): void;

// engine/port.d.ts
import type { Relation, Table } from '../schema.ts';
/** Which rows of a table are meant; every part that is given must hold. */
export interface Condition {
    /** What the caller asked for, in the terms of the port. */
    readonly match?: unknown;
    readonly state?: 'live' | 'deleted' | undefined;
    readonly deletionId?: string | undefined;
    /** Deleted by another act, or by none that is known. */
    readonly notDeletionId?: string | undefined;
    /** Epoch ms. */
    readonly deletedBefore?: number | undefined;
    /** Undefined: of every tenant. It has no effect on a table without a tenant column. */
    readonly tenantId?: string | undefined;
    readonly parent?: {
        readonly relation: Relation;
        readonly is: Condition;
    };
    readonly child?: {
        readonly relation: Relation;
        readonly is: Condition;
    };
    /** No row refers to it by one of these. */
    readonly childless?: readonly Relation[];
}
export interface Stamp {
    /** Epoch ms. */
    readonly deletedAt: number;
    readonly deletedBy: string | null;
    readonly deletionId: string;
}
export type MaybeAsync<T> = T | Promise<T>;
/** What the acts need of a database. Counts are of rows. */
export interface Port {
    /** `limit` bounds the rows where the port can. */
    mark(table: Table, where: Condition, stamp: Stamp, limit?: number): MaybeAsync<number>;
    /** @throws RestoreConflictError when a live row has the same unique value */
    unmark(table: Table, where: Condition): MaybeAsync<number>;
    /** Sets the foreign key of at most `limit` rows to null. */
    detach(relation: Relation, where: Condition, limit?: number): MaybeAsync<number>;
    exists(table: Table, where: Condition): MaybeAsync<boolean>;
    /** Keeps rows from being deleted by others until the transaction ends. */
    hold(table: Table, where: Condition): MaybeAsync<void>;
    /** Removes at most `limit` rows for good. */
    remove(table: Table, where: Condition, limit: number): MaybeAsync<number>;
}
/** An act: written once, run over synchronous and asynchronous databases. */
export type Act<T> = Generator<unknown, T, unknown>;
/** One call of the port inside an act. */
export declare function step<T>(call: MaybeAsync<T>): Act<T>;
export declare function runSync<T>(act: Act<T>): T;
export declare function runAsync<T>(act: Act<T>): Promise<T>;

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class SoftDeleteError extends Error {
    abstract readonly code: string;
}
/** An argument or option that cannot be used. Nothing was run. */
export declare class SoftDeleteOptionError extends SoftDeleteError {
    readonly name = "SoftDeleteOptionError";
    readonly code = "ERR_SOFT_DELETE_OPTION";
    /** The name of the option or argument. */
    readonly option: string;
    constructor(option: string, message: string);
}
/**
 * A filter, as a client may send one, that no row can be compared with: a column that is not there, an object in the
 * place of a value. Nothing was changed. Never with a value in the message.
 */
export declare class SoftDeleteFilterError extends SoftDeleteError {
    readonly name = "SoftDeleteFilterError";
    readonly code = "ERR_SOFT_DELETE_FILTER";
    readonly table: string;
    /** The column that is wrong, where it is one. */
    readonly column: string | undefined;
    constructor(table: string, column: string | undefined, reason: string, options?: ErrorOptions);
}
/** A table or model does not have the columns that soft delete needs. */
export declare class MissingColumnsError extends SoftDeleteError {
    readonly name = "MissingColumnsError";
    readonly code = "ERR_SOFT_DELETE_MISSING_COLUMNS";
    readonly table: string;
    readonly missing: readonly string[];
    constructor(table: string, missing: readonly string[], remedy: string);
}
/** No such row for this tenant in the state that was asked for. Nothing was changed. */
export declare class RowNotFoundError extends SoftDeleteError {
    readonly name = "RowNotFoundError";
    readonly code = "ERR_SOFT_DELETE_NOT_FOUND";
    readonly table: string;
    constructor(table: string, wanted: string);
}
/** Rows that may not lose their parent are still there. Nothing was changed. */
export declare class RestrictedError extends SoftDeleteError {
    readonly name = "RestrictedError";
    readonly code = "ERR_SOFT_DELETE_RESTRICTED";
    readonly table: string;
    /** The table whose rows refer to it. */
    readonly child: string;
    constructor(table: string, child: string);
}
/** What was to be live would belong to a parent that is deleted. Nothing was changed. */
export declare class ParentDeletedError extends SoftDeleteError {
    readonly name = "ParentDeletedError";
    readonly code = "ERR_SOFT_DELETE_PARENT_DELETED";
    readonly table: string;
    readonly parent: string;
    constructor(table: string, parent: string);
}
/** A live row has the same unique value by now. Nothing was changed; the cause is the database's error. */
export declare class RestoreConflictError extends SoftDeleteError {
    readonly name = "RestoreConflictError";
    readonly code = "ERR_SOFT_DELETE_RESTORE_CONFLICT";
    readonly table: string;
    constructor(table: string, cause: unknown);
}
/** The tenant is not known, and rows of every tenant were not asked for. Nothing was run. */
export declare class TenantMissingError extends SoftDeleteError {
    readonly name = "TenantMissingError";
    readonly code = "ERR_SOFT_DELETE_TENANT_MISSING";
    constructor(table: string);
}
/** Data that would be written belongs to another tenant. Nothing was written. */
export declare class TenantMismatchError extends SoftDeleteError {
    readonly name = "TenantMismatchError";
    readonly code = "ERR_SOFT_DELETE_TENANT_MISMATCH";
    constructor(table: string);
}
/** An operation that soft delete does not know, so that it could show or remove what it must not. Nothing was run. */
export declare class UnsupportedOperationError extends SoftDeleteError {
    readonly name = "UnsupportedOperationError";
    readonly code = "ERR_SOFT_DELETE_UNSUPPORTED";
    readonly operation: string;
    constructor(operation: string, remedy: string);
}
/** The migration would lose or change what must stay as it is. Nothing was changed. */
export declare class MigrationBlockedError extends SoftDeleteError {
    readonly name = "MigrationBlockedError";
    readonly code = "ERR_SOFT_DELETE_MIGRATION_BLOCKED";
    readonly table: string;
    constructor(table: string, reason: string);
}

// migration-options.d.ts
import { type SoftDeleteColumns } from './schema.ts';
export interface MigrationOptions {
    /** What the columns are called. @default { deletedAt: 'deleted_at', deletedBy: 'deleted_by', deletionId: 'deletion_id' } */
    columns?: SoftDeleteColumns;
    /**
     * Further lists of columns that queries of live rows filter or sort by; each gets an index of live rows only.
     * @default []
     */
    liveIndexes?: readonly (readonly string[])[];
    /**
     * Whether `down` may run while rows are deleted: they would be live again.
     * @default false
     */
    reviveDeleted?: boolean;
}
/** What a run of a migration did; nothing where all was in place. */
export interface MigrationRun {
    /** The statements that changed something, in their order. */
    readonly steps: readonly {
        readonly sql: string;
        readonly durationMs: number;
    }[];
}
export interface ResolvedMigration {
    readonly table: string;
    readonly columns: Readonly<Required<SoftDeleteColumns>>;
    readonly liveIndexes: readonly (readonly string[])[];
    readonly reviveDeleted: boolean;
}
/** @throws SoftDeleteOptionError */
export declare function resolveMigration(table: string, options: MigrationOptions): ResolvedMigration;
/** A name for an index that PostgreSQL does not cut, so that it is found again. */
export declare function indexName(...parts: readonly string[]): string;

// outcomes.d.ts
/** What a delete did. */
export interface DeleteResult {
    /** The id that all rows of this act share; a restore takes it. */
    readonly deletionId: string;
    /** Rows marked, with those that followed by cascade. */
    readonly counts: Readonly<Record<string, number>>;
}
/** What a delete of many did. */
export interface DeleteManyResult extends DeleteResult {
    /** Rows that were asked for, without those that followed. */
    readonly count: number;
}
/** What a restore did. */
export interface RestoreResult {
    /** Undefined for a row that was marked without one. */
    readonly deletionId: string | undefined;
    /** Rows that are live again. */
    readonly counts: Readonly<Record<string, number>>;
}

// purge-all.d.ts
import type { PurgeOutcome } from './engine/purge-rows.ts';
import type { PurgeOptions } from './scope.ts';
/** What can purge a batch: any repository of this package. */
export interface Purgeable {
    /** Removes one batch. */
    purge(options: PurgeOptions): PurgeOutcome | Promise<PurgeOutcome>;
}
/** Purges batch after batch, with a turn of the event loop between them. @returns rows removed for good */
export declare function purgeAll(rows: Purgeable, options: PurgeOptions): Promise<number>;

// scope.d.ts
import type { Clock } from '@holdfast/context/clock';
import type { Stamp } from './engine/port.ts';
export interface ScopeOptions {
    /** Whose rows. Default the tenant of the context. */
    tenantId?: string | undefined;
    /**
     * Rows of every tenant, for maintenance.
     * @default false
     */
    acrossTenants?: boolean | undefined;
}
/**
 * @returns undefined where rows of every tenant are meant
 * @throws TenantMissingError
 */
export declare function tenantScope(table: string, scoped: boolean, options: ScopeOptions): string | undefined;
/** One act: when, by whom, and the id that its rows share. */
export declare function newStamp(clock: Clock, deletedBy: string | undefined): Stamp;
/** Every default of a purge. */
export declare const PURGE_DEFAULTS: Readonly<{
    batchSize: number;
}>;
export interface PurgeOptions extends ScopeOptions {
    /** How long a deleted row is kept, in ms, 0 or more. */
    olderThanMs: number;
    /**
     * Most rows to remove in this call, 1 to 10,000.
     * @default 500
     */
    batchSize?: number | undefined;
}
/** @throws SoftDeleteOptionError */
export declare function purgeBounds({ olderThanMs, batchSize }: PurgeOptions, clock: Clock): {
    readonly deletedBefore: number;
    readonly limit: number;
};

// sql/condition.d.ts
import type { Condition } from '../engine/port.ts';
import type { Table } from '../schema.ts';
import { type Statement } from './dialect.ts';
/**
 * Columns and what they must equal; null means IS NULL, a list means one of them. A value that the column cannot hold
 * is that of no row, undefined too.
 */
export type Match = Readonly<Record<string, unknown>>;
/** The condition as SQL over the row `alias` of `table`. */
export declare function conditionSql(statement: Statement, table: Table, alias: string, where: Condition): string;

// sql/dialect.d.ts
/** Where SQLite and PostgreSQL differ in the statements of this package. */
export interface Dialect {
    readonly engine: 'sqlite' | 'postgres';
    /** The mark of the nth value of a statement, counted from 1. */
    placeholder(index: number): string;
    /** How an epoch time in ms is stored. */
    timestamp(epochMs: number): unknown;
    /** A value to compare with, as the driver takes it; undefined for one that no row can have. */
    comparable(value: unknown): unknown;
    /** Appended to a subquery whose rows are then changed; empty where one writer works at a time. */
    readonly lockForRemoval: string;
    readonly lockForHold: string;
}
export declare const sqliteDialect: Dialect;
export declare const postgresDialect: Dialect;
/** An identifier as both databases read it, whatever is in it. */
export declare function quote(name: string): string;
export declare function quoteList(names: readonly string[], alias?: string): string;
/** A statement in the making: its values in the order of their marks. */
export declare class Statement {
    #private;
    readonly values: unknown[];
    readonly dialect: Dialect;
    constructor(dialect: Dialect);
    bind(value: unknown): string;
    alias(): string;
}

// sql/repository-plan.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { Condition } from '../engine/port.ts';
import { type Schema, type Table, type TableDefinition } from '../schema.ts';
import { type ScopeOptions } from '../scope.ts';
import type { Match } from './condition.ts';
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
export declare class RepositoryPlan {
    #private;
    readonly schema: Schema;
    readonly table: Table;
    readonly clock: Clock;
    /** @throws SoftDeleteOptionError */
    constructor(options: RepositoryOptions);
    tenant(options: ScopeOptions): string | undefined;
    /**
     * As `tenant`; a shared row with tenants' rows below it is nobody's to delete or restore alone.
     * @throws TenantMissingError
     */
    tenantOfAct(options: ScopeOptions): string | undefined;
    byKey(key: Key, options: ScopeOptions, state?: Condition['state']): Condition;
    /** @throws SoftDeleteFilterError */
    rows(where: Match, options: ReadScope): Condition;
    /** The part of the rows that is read. @throws SoftDeleteOptionError */
    page({ orderBy, limit, offset }: ReadOptions): ReadOptions;
    /** Values of a new row: of this tenant and live. */
    newRow(values: Readonly<Row>, options: ScopeOptions): Row;
    /** @throws SoftDeleteOptionError for columns that hold the row together */
    erasable(values: Readonly<Row>): Row;
}
/** Only `true` shows deleted rows: a route may pass on the text `false`. */
export declare function readState({ includeDeleted, onlyDeleted }: ReadScope): Condition['state'];

// sql/statements.d.ts
import type { Condition, Stamp } from '../engine/port.ts';
import type { Relation, Table } from '../schema.ts';
import { type Dialect } from './dialect.ts';
export interface Sql {
    readonly text: string;
    readonly values: unknown[];
}
/** Order and part of what is read. */
export interface ReadOptions {
    /** Columns and their direction, the first one counting most. Default the order of the database. */
    orderBy?: Readonly<Record<string, 'asc' | 'desc'>> | undefined;
    /** Most rows to read. */
    limit?: number | undefined;
    /** Rows to skip before. Default 0. */
    offset?: number | undefined;
}
export declare function markSql(dialect: Dialect, table: Table, where: Condition, stamp: Stamp): Sql;
export declare function unmarkSql(dialect: Dialect, table: Table, where: Condition): Sql;
export declare function updateSql(dialect: Dialect, table: Table, where: Condition, set: Readonly<Record<string, unknown>>): Sql;
export declare function detachSql(dialect: Dialect, relation: Relation, where: Condition, limit: number | undefined): Sql;
export declare function removeSql(dialect: Dialect, table: Table, where: Condition, limit: number): Sql;
export declare function deleteSql(dialect: Dialect, table: Table, where: Condition): Sql;
/** `most` 0 asks the database only whether it takes the values. */
export declare function existsSql(dialect: Dialect, table: Table, where: Condition, most?: 0 | 1): Sql;
export declare function holdSql(dialect: Dialect, table: Table, where: Condition): Sql;
export declare function selectSql(dialect: Dialect, table: Table, where: Condition, options?: ReadOptions): Sql;
export declare function countSql(dialect: Dialect, table: Table, where: Condition): Sql;
export declare function insertSql(dialect: Dialect, table: Table, values: Readonly<Record<string, unknown>>): Sql;
