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
  [K in keyof Types.Public.Payload<T>['objects']]: <B extends object = Record<never, never>>(
    args?: B & ReadFlags,
  ) => Lazy<Related<ResultOf<T, { select: { [P in K]: B } }, O>, K>>;
} & (A extends unknown ? unknown : never);
type Related<R, K> = R extends null ? null : K extends keyof R ? R[K] : never;

/** The methods of a model on an extended client: reads with flags, and the acts of this package. */
export interface SoftDeleteMethods {
  findUnique<T, A>(
    this: T,
    args: Exact<A, ArgsOf<T, 'findUnique'> & ReadFlags>,
  ): Lazy<ResultOf<T, A, 'findUnique'>> & Fluent<T, A, 'findUnique'>;
  findUniqueOrThrow<T, A>(
    this: T,
    args: Exact<A, ArgsOf<T, 'findUniqueOrThrow'> & ReadFlags>,
  ): Lazy<ResultOf<T, A, 'findUniqueOrThrow'>> & Fluent<T, A, 'findUniqueOrThrow'>;
  findFirst<T, A>(
    this: T,
    args?: Exact<A, ArgsOf<T, 'findFirst'> & ReadFlags>,
  ): Lazy<ResultOf<T, A, 'findFirst'>> & Fluent<T, A, 'findFirst'>;
  findFirstOrThrow<T, A>(
    this: T,
    args?: Exact<A, ArgsOf<T, 'findFirstOrThrow'> & ReadFlags>,
  ): Lazy<ResultOf<T, A, 'findFirstOrThrow'>> & Fluent<T, A, 'findFirstOrThrow'>;
  findMany<T, A>(
    this: T,
    args?: Exact<A, ArgsOf<T, 'findMany'> & ReadFlags>,
  ): Lazy<ResultOf<T, A, 'findMany'>>;
  count<T, A>(this: T, args?: Exact<A, ArgsOf<T, 'count'> & ReadFlags>): Lazy<ResultOf<T, A, 'count'>>;
  aggregate<T, A>(
    this: T,
    args: Exact<A, ArgsOf<T, 'aggregate'> & ReadFlags>,
  ): Lazy<ResultOf<T, A, 'aggregate'>>;
  groupBy<T, A>(this: T, args: Exact<A, ArgsOf<T, 'groupBy'> & ReadFlags>): Lazy<ResultOf<T, A, 'groupBy'>>;
  /** `findMany` without deleted rows, which is what `findMany` does as well. */
  findManyActive<T, A>(
    this: T,
    args?: Exact<A, ArgsOf<T, 'findMany'> & TenantFlags>,
  ): Lazy<ResultOf<T, A, 'findMany'>>;
  /** Marks a row and what depends on it. @throws RowNotFoundError, RestrictedError */
  softDelete<T, A>(
    this: T,
    args: Exact<A, ArgsOf<T, 'delete'> & TenantFlags>,
  ): Lazy<ResultOf<T, A, 'delete'>>;
  /** Undoes the act that deleted a row. @throws RowNotFoundError, ParentDeletedError, RestoreConflictError */
  restore<T, A>(this: T, args: Exact<A, ArgsOf<T, 'delete'> & TenantFlags>): Lazy<ResultOf<T, A, 'delete'>>;
  /** Undoes an act by its id. */
  restoreDeletion(deletionId: string, scope?: ScopeOptions): Lazy<RestoreResult>;
  /** Removes a row for good, deleted or not. */
  forceDelete<T, A>(
    this: T,
    args: Exact<A, ArgsOf<T, 'delete'> & TenantFlags>,
  ): Lazy<ResultOf<T, A, 'delete'>>;
  /** Overwrites values for good, deleted or not, and keeps the row. */
  erase<T, A>(this: T, args: Exact<A, ArgsOf<T, 'update'> & TenantFlags>): Lazy<ResultOf<T, A, 'update'>>;
  /** One batch: removes what was deleted long ago, here and below, children first. */
  purge(options: PurgeOptions): Promise<PurgeOutcome>;
}

type NoArgs = Record<never, never>;

/** What `$extends` takes, and what the client gains by it. */
export type SoftDeleteExtension = (client: unknown) => {
  $extends: {
    extArgs: Types.Extensions.InternalArgs<NoArgs, { $allModels: SoftDeleteMethods }, NoArgs, NoArgs>;
  };
};
