export type { RowsDeleted, RowsPurged, RowsRestored, SoftDeleteEngine, ValuesErased } from './channels.ts';
export type { PurgeOutcome } from './engine/purge-rows.ts';
export {
  MigrationBlockedError,
  MissingColumnsError,
  ParentDeletedError,
  RestoreConflictError,
  RestrictedError,
  RowNotFoundError,
  SoftDeleteError,
  SoftDeleteFilterError,
  SoftDeleteOptionError,
  TenantMismatchError,
  TenantMissingError,
  UnsupportedOperationError,
} from './errors.ts';
export type { MigrationOptions, MigrationRun } from './migration-options.ts';
export type { DeleteManyResult, DeleteResult, RestoreResult } from './outcomes.ts';
export { type Purgeable, purgeAll } from './purge-all.ts';
export {
  defineSchema,
  type OnDelete,
  type Relation,
  type RelationDefinition,
  type Schema,
  SOFT_DELETE_COLUMN_DEFAULTS,
  type SoftDeleteColumns,
  type Table,
  type TableDefinition,
} from './schema.ts';
export { PURGE_DEFAULTS, type PurgeOptions, type ScopeOptions } from './scope.ts';
export type { Match } from './sql/condition.ts';
export type { Key, ReadScope, RepositoryOptions, Row } from './sql/repository-plan.ts';
export type { ReadOptions } from './sql/statements.ts';
