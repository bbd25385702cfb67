// postgres/index.d.ts
export type { PgClient, PgConnection, PgPool, PgPoolClient, PgResult, PgTx } from './client.ts';
export { migrationFor, type PostgresMigration, type PostgresMigrationOptions } from './migration.ts';
export { type ActOptions, createSoftDeleteRepository, type InTx, type PostgresRepositoryOptions, type PostgresSoftDeleteRepository, } from './repository.ts';

// postgres/client.d.ts
/** The part of a `pg` result that is read here. */
export interface PgResult {
    readonly rows: readonly unknown[];
    readonly rowCount: number | null;
}
/** The part of a `pg` Client that is called here. */
export interface PgClient {
    query(text: string, values?: unknown[]): Promise<PgResult>;
}
/** A connection of a pool. */
export interface PgPoolClient extends PgClient {
    release(error?: Error | boolean): void;
    on?(event: 'error', listener: (error: Error) => void): unknown;
    off?(event: 'error', listener: (error: Error) => void): unknown;
}
/** The part of a `pg` Pool that is called here. */
export interface PgPool extends PgClient {
    connect(): Promise<PgPoolClient>;
}
/** A `pg` client on which the caller has begun a transaction. */
export interface PgTx {
    readonly client: PgClient;
}
/** Either a pool, or one connection; it stays the caller's to end. */
export interface PgConnection {
    /** A `pg` Pool: each act takes a connection of its own. */
    pool?: PgPool;
    /** A connected `pg` Client: acts wait for one another, and reads for acts. */
    client?: PgClient;
}
/** Runs work in transactions: its own on the connection that was given, or inside the caller's. */
export declare class PgTransactions {
    #private;
    /** @throws SoftDeleteOptionError */
    constructor({ pool, client }: PgConnection);
    /** What throws changes nothing. A deadlock is tried again where the transaction is our own. */
    run<T>(tx: PgTx | undefined, work: (client: PgClient) => Promise<T>): Promise<T>;
    /** One statement. On a single connection it waits for the acts: one that is refused would end theirs. */
    once<T>(tx: PgTx | undefined, work: (client: PgClient) => Promise<T>): Promise<T>;
}
/** Runs work on a connection of the pool, which gets it back, or is told that it broke. */
export declare function withPooledClient<T>(pool: PgPool, work: (client: PgClient) => Promise<T>): Promise<T>;
/** Whether it still answers: not after its transaction was ended by an error. */
export declare function isUsable(client: PgClient): Promise<boolean>;
export declare function pgCode(error: unknown): string;

// postgres/migration.d.ts
import { type MigrationOptions, type MigrationRun } from '../migration-options.ts';
import { type PgClient, type PgPool } from './client.ts';
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
/**
 * Makes a table ready for soft delete, in steps of which none holds a lock for long.
 * @throws SoftDeleteOptionError
 */
export declare function migrationFor(table: string, options: PostgresMigrationOptions): PostgresMigration;

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

// postgres/repository.d.ts
import { type PurgeOutcome } from '../engine/purge-rows.ts';
import type { DeleteManyResult, DeleteResult, RestoreResult } from '../outcomes.ts';
import { type PurgeOptions, type ScopeOptions } from '../scope.ts';
import type { Match } from '../sql/condition.ts';
import { type Key, type ReadScope, type RepositoryOptions, type Row } from '../sql/repository-plan.ts';
import { type ReadOptions } from '../sql/statements.ts';
import { type PgConnection, type PgTx } from './client.ts';
export interface PostgresRepositoryOptions extends RepositoryOptions, PgConnection {
}
/** In whose transaction a call works. */
export interface InTx {
    /** The caller's transaction, `{ client }`. Default one of its own. */
    tx?: PgTx;
}
export interface ActOptions extends ScopeOptions, InTx {
    /** Who deletes. Default the user of the context. */
    deletedBy?: string;
}
/** Rows of one table that can be deleted and brought back. Every call is atomic. */
export interface PostgresSoftDeleteRepository<R extends object = Row> {
    /** Resolves once the columns were found; every other call waits for it. @throws MissingColumnsError */
    ready(): Promise<void>;
    /** @returns undefined when there is none that is live */
    find(key: Key, options?: ReadScope & InTx): Promise<R | undefined>;
    /** @throws SoftDeleteFilterError */
    findMany(where?: Match, options?: ReadScope & ReadOptions & InTx): Promise<R[]>;
    /** @throws SoftDeleteFilterError */
    count(where?: Match, options?: ReadScope & InTx): Promise<number>;
    /** @throws ParentDeletedError when a parent is not live */
    insert(values: Readonly<Row>, options?: ScopeOptions & InTx): Promise<R>;
    /** @throws RowNotFoundError, RestrictedError */
    delete(key: Key, options?: ActOptions): Promise<DeleteResult>;
    /** @throws RestrictedError, SoftDeleteFilterError */
    deleteMany(where: Match, options?: ActOptions): Promise<DeleteManyResult>;
    /** Undoes the act that deleted the row. @throws RowNotFoundError, ParentDeletedError, RestoreConflictError */
    restore(key: Key, options?: ScopeOptions & InTx): Promise<RestoreResult>;
    /** Undoes an act by its id. */
    restoreDeletion(deletionId: string, options?: ScopeOptions & InTx): Promise<RestoreResult>;
    /** Removes a row for good, deleted or not; foreign keys of the database decide what may stay. */
    forceDelete(key: Key, options?: ScopeOptions & InTx): Promise<void>;
    /** One batch: removes what was deleted long ago, here and below, children first. */
    purge(options: PurgeOptions & InTx): Promise<PurgeOutcome>;
    /** Overwrites values for good, deleted or not, and keeps the row. */
    erase(key: Key, values: Readonly<Row>, options?: ScopeOptions & InTx): Promise<void>;
}
/**
 * Rows of one table in PostgreSQL that can be deleted and brought back.
 * @example const orders = createSoftDeleteRepository({ pool, table: 'orders' });
 * @throws SoftDeleteOptionError
 */
export declare function createSoftDeleteRepository<R extends object = Row>(options: PostgresRepositoryOptions): PostgresSoftDeleteRepository<R>;

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
