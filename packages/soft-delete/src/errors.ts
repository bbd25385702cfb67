/** Of a column in a message: a client may have made it up. PostgreSQL has none that is longer. */
const LONGEST_NAME = 63;

/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class SoftDeleteError extends Error {
  abstract readonly code: string;
}

/** An argument or option that cannot be used. Nothing was run. */
export class SoftDeleteOptionError extends SoftDeleteError {
  override readonly name = 'SoftDeleteOptionError';
  readonly code = 'ERR_SOFT_DELETE_OPTION';
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/**
 * A filter, as a client may send one, that no row can be compared with: a column that is not there, an object in the
 * place of a value. Nothing was changed. Never with a value in the message.
 */
export class SoftDeleteFilterError extends SoftDeleteError {
  override readonly name = 'SoftDeleteFilterError';
  readonly code = 'ERR_SOFT_DELETE_FILTER';
  readonly table: string;
  /** The column that is wrong, where it is one. */
  readonly column: string | undefined;

  constructor(table: string, column: string | undefined, reason: string, options?: ErrorOptions) {
    const where = column === undefined ? '' : ` at "${column.slice(0, LONGEST_NAME)}"`;
    super(
      `The filter for "${table}" ${reason}${where}. Give columns of the table with a text, number, boolean, Date, bytes or null, or a list of these.`,
      options,
    );
    this.table = table;
    this.column = column;
  }
}

/** A table or model does not have the columns that soft delete needs. */
export class MissingColumnsError extends SoftDeleteError {
  override readonly name = 'MissingColumnsError';
  readonly code = 'ERR_SOFT_DELETE_MISSING_COLUMNS';
  readonly table: string;
  readonly missing: readonly string[];

  constructor(table: string, missing: readonly string[], remedy: string) {
    super(`"${table}" has no ${missing.join(', ')}. ${remedy}`);
    this.table = table;
    this.missing = missing;
  }
}

/** No such row for this tenant in the state that was asked for. Nothing was changed. */
export class RowNotFoundError extends SoftDeleteError {
  override readonly name = 'RowNotFoundError';
  readonly code = 'ERR_SOFT_DELETE_NOT_FOUND';
  readonly table: string;

  constructor(table: string, wanted: string) {
    super(`There is no ${wanted} row in "${table}" that matches. It may belong to another tenant.`);
    this.table = table;
  }
}

/** Rows that may not lose their parent are still there. Nothing was changed. */
export class RestrictedError extends SoftDeleteError {
  override readonly name = 'RestrictedError';
  readonly code = 'ERR_SOFT_DELETE_RESTRICTED';
  readonly table: string;
  /** The table whose rows refer to it. */
  readonly child: string;

  constructor(table: string, child: string) {
    super(
      `Rows of "${child}" refer to a row of "${table}" that was to be deleted, and their relation says restrict. Delete or move them first.`,
    );
    this.table = table;
    this.child = child;
  }
}

/** What was to be live would belong to a parent that is deleted. Nothing was changed. */
export class ParentDeletedError extends SoftDeleteError {
  override readonly name = 'ParentDeletedError';
  readonly code = 'ERR_SOFT_DELETE_PARENT_DELETED';
  readonly table: string;
  readonly parent: string;

  constructor(table: string, parent: string) {
    super(
      `A row of "${table}" belongs to a row of "${parent}" that is deleted, missing or another tenant's. Restore the parent first.`,
    );
    this.table = table;
    this.parent = parent;
  }
}

/** A live row has the same unique value by now. Nothing was changed; the cause is the database's error. */
export class RestoreConflictError extends SoftDeleteError {
  override readonly name = 'RestoreConflictError';
  readonly code = 'ERR_SOFT_DELETE_RESTORE_CONFLICT';
  readonly table: string;

  constructor(table: string, cause: unknown) {
    super(
      `A row of "${table}" cannot be restored: a live row has the same unique value. Rename or delete that one first.`,
      { cause },
    );
    this.table = table;
  }
}

/** The tenant is not known, and rows of every tenant were not asked for. Nothing was run. */
export class TenantMissingError extends SoftDeleteError {
  override readonly name = 'TenantMissingError';
  readonly code = 'ERR_SOFT_DELETE_TENANT_MISSING';

  constructor(table: string) {
    super(
      `"${table}" is kept by tenant and no tenant is known. Call setIdentity({ tenantId }), pass tenantId, or ask for acrossTenants: true.`,
    );
  }
}

/** Data that would be written belongs to another tenant. Nothing was written. */
export class TenantMismatchError extends SoftDeleteError {
  override readonly name = 'TenantMismatchError';
  readonly code = 'ERR_SOFT_DELETE_TENANT_MISMATCH';

  constructor(table: string) {
    super(`Data for "${table}" names another tenant than the one at work. Leave the tenant out of the data.`);
  }
}

/** An operation that soft delete does not know, so that it could show or remove what it must not. Nothing was run. */
export class UnsupportedOperationError extends SoftDeleteError {
  override readonly name = 'UnsupportedOperationError';
  readonly code = 'ERR_SOFT_DELETE_UNSUPPORTED';
  readonly operation: string;

  constructor(operation: string, remedy: string) {
    super(`${operation} is refused by the soft delete extension. ${remedy}`);
    this.operation = operation;
  }
}

/** The migration would lose or change what must stay as it is. Nothing was changed. */
export class MigrationBlockedError extends SoftDeleteError {
  override readonly name = 'MigrationBlockedError';
  readonly code = 'ERR_SOFT_DELETE_MIGRATION_BLOCKED';
  readonly table: string;

  constructor(table: string, reason: string) {
    super(`The migration of "${table}" was not run: ${reason}`);
    this.table = table;
  }
}
