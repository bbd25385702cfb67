// prisma/index.d.ts
export { softDeleteExtension } from './extension.ts';
export { SOFT_DELETE_EXTENSION_DEFAULTS, type SoftDeleteExtensionOptions } from './options.ts';
export type { ReadFlags, SoftDeleteExtension, SoftDeleteMethods, TenantFlags } from './types.ts';

// prisma/extension.d.ts
import { type SoftDeleteExtensionOptions } from './options.ts';
import type { SoftDeleteExtension } from './types.ts';
/**
 * Deletes mark rows, queries do not see them, and what was deleted can be brought back. For `$extends` of a Prisma 7
 * client on SQLite or PostgreSQL.
 * @throws SoftDeleteOptionError, MissingColumnsError when the client is extended
 * @example new PrismaClient({ adapter }).$extends(softDeleteExtension({ tenantField: 'tenantId' }))
 */
export declare function softDeleteExtension(options?: SoftDeleteExtensionOptions): SoftDeleteExtension;

// prisma/options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { OnDelete } from '../schema.ts';
export interface SoftDeleteExtensionOptions {
    /** Models to be kept. Default every model that has the fields. */
    models?: readonly string[];
    /** @default { deletedAt: 'deletedAt', deletedBy: 'deletedBy', deletionId: 'deletionId' } */
    fields?: {
        deletedAt?: string;
        deletedBy?: string;
        deletionId?: string;
    };
    /**
     * What becomes of children, by `Child.parent`, the side of the relation that has the foreign key. Default what
     * the Prisma schema says: `onDelete`; without it restrict for a required relation, keep for an optional one.
     */
    onDelete?: Readonly<Record<string, OnDelete>>;
    /** The field that holds the tenant. Models that have it, and those below them, are kept apart by tenant. */
    tenantField?: string;
    /**
     * How long a transaction of the extension may take, in ms, from 1.
     * @default 30000
     */
    transactionTimeoutMs?: number;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
export interface ResolvedOptions {
    readonly models: readonly string[] | undefined;
    readonly fields: {
        readonly deletedAt: string;
        readonly deletedBy: string;
        readonly deletionId: string;
    };
    readonly onDelete: Readonly<Record<string, OnDelete>>;
    readonly tenantField: string | undefined;
    readonly transactionTimeoutMs: number;
    readonly clock: Clock;
}
/** Every default of the extension. */
export declare const SOFT_DELETE_EXTENSION_DEFAULTS: Readonly<{
    fields: Readonly<{
        deletedAt: string;
        deletedBy: string;
        deletionId: string;
    }>;
    transactionTimeoutMs: number;
}>;
/** @throws SoftDeleteOptionError */
export declare function resolveOptions(options: SoftDeleteExtensionOptions): ResolvedOptions;

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

// prisma/types.d.ts
import type { Types } from '@prisma/client/runtime/client';
import type { PurgeOutcome } from '../engine/purge-rows.ts';
import type { RestoreResult } from '../outcomes.ts';
import type { PurgeOptions, ScopeOptions } from '../scope.ts';
type Operation = Types.Public.Operation;
type ArgsOf<T, O extends Operation> = Types.Public.Args<T, O>;
type ResultOf<T, A, O extends Operation> = Types.Public.Result<T, A, O>;
type Exact<A, W> = Types.Public.Exact<A, W>;
type Lazy<R> = Types.Public.PrismaPromise<R>;
/** What every call takes where rows are kept by tenant. */
export interface TenantFlags {
    /** Rows of every tenant, for maintenance. */
    acrossTenants?: boolean;
}
/** What every read takes besides Prisma's own arguments. */
export interface ReadFlags extends TenantFlags {
    /** Deleted rows as well. */
    includeDeleted?: boolean;
    /** Nothing but deleted rows. */
    onlyDeleted?: boolean;
}
/** The relations of a row, to be read from it as Prisma's fluent API does. */
type Fluent<T, A, O extends Operation> = {
    [K in keyof Types.Public.Payload<T>['objects']]: <B extends object = Record<never, never>>(args?: B & ReadFlags) => Lazy<Related<ResultOf<T, {
        select: {
            [P in K]: B;
        };
    }, O>, K>>;
} & (A extends unknown ? unknown : never);
type Related<R, K> = R extends null ? null : K extends keyof R ? R[K] : never;
/** The methods of a model on an extended client: reads with flags, and the acts of this package. */
export interface SoftDeleteMethods {
    findUnique<T, A>(this: T, args: Exact<A, ArgsOf<T, 'findUnique'> & ReadFlags>): Lazy<ResultOf<T, A, 'findUnique'>> & Fluent<T, A, 'findUnique'>;
    findUniqueOrThrow<T, A>(this: T, args: Exact<A, ArgsOf<T, 'findUniqueOrThrow'> & ReadFlags>): Lazy<ResultOf<T, A, 'findUniqueOrThrow'>> & Fluent<T, A, 'findUniqueOrThrow'>;
    findFirst<T, A>(this: T, args?: Exact<A, ArgsOf<T, 'findFirst'> & ReadFlags>): Lazy<ResultOf<T, A, 'findFirst'>> & Fluent<T, A, 'findFirst'>;
    findFirstOrThrow<T, A>(this: T, args?: Exact<A, ArgsOf<T, 'findFirstOrThrow'> & ReadFlags>): Lazy<ResultOf<T, A, 'findFirstOrThrow'>> & Fluent<T, A, 'findFirstOrThrow'>;
    findMany<T, A>(this: T, args?: Exact<A, ArgsOf<T, 'findMany'> & ReadFlags>): Lazy<ResultOf<T, A, 'findMany'>>;
    count<T, A>(this: T, args?: Exact<A, ArgsOf<T, 'count'> & ReadFlags>): Lazy<ResultOf<T, A, 'count'>>;
    aggregate<T, A>(this: T, args: Exact<A, ArgsOf<T, 'aggregate'> & ReadFlags>): Lazy<ResultOf<T, A, 'aggregate'>>;
    groupBy<T, A>(this: T, args: Exact<A, ArgsOf<T, 'groupBy'> & ReadFlags>): Lazy<ResultOf<T, A, 'groupBy'>>;
    /** `findMany` without deleted rows, which is what `findMany` does as well. */
    findManyActive<T, A>(this: T, args?: Exact<A, ArgsOf<T, 'findMany'> & TenantFlags>): Lazy<ResultOf<T, A, 'findMany'>>;
    /** Marks a row and what depends on it. @throws RowNotFoundError, RestrictedError */
    softDelete<T, A>(this: T, args: Exact<A, ArgsOf<T, 'delete'> & TenantFlags>): Lazy<ResultOf<T, A, 'delete'>>;
    /** Undoes the act that deleted a row. @throws RowNotFoundError, ParentDeletedError, RestoreConflictError */
    restore<T, A>(this: T, args: Exact<A, ArgsOf<T, 'delete'> & TenantFlags>): Lazy<ResultOf<T, A, 'delete'>>;
    /** Undoes an act by its id. */
    restoreDeletion(deletionId: string, scope?: ScopeOptions): Lazy<RestoreResult>;
    /** Removes a row for good, deleted or not. */
    forceDelete<T, A>(this: T, args: Exact<A, ArgsOf<T, 'delete'> & TenantFlags>): Lazy<ResultOf<T, A, 'delete'>>;
    /** Overwrites values for good, deleted or not, and keeps the row. */
    erase<T, A>(this: T, args: Exact<A, ArgsOf<T, 'update'> & TenantFlags>): Lazy<ResultOf<T, A, 'update'>>;
    /** One batch: removes what was deleted long ago, here and below, children first. */
    purge(options: PurgeOptions): Promise<PurgeOutcome>;
}
type NoArgs = Record<never, never>;
/** What `$extends` takes, and what the client gains by it. */
export type SoftDeleteExtension = (client: unknown) => {
    $extends: {
        extArgs: Types.Extensions.InternalArgs<NoArgs, {
            $allModels: SoftDeleteMethods;
        }, NoArgs, NoArgs>;
    };
};
export {};

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
