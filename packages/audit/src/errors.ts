/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class AuditError extends Error {
  abstract readonly code: string;
}

/** An option or argument that cannot be used. Nothing was written. */
export class AuditOptionError extends AuditError {
  override readonly name = 'AuditOptionError';
  readonly code = 'ERR_AUDIT_OPTION';
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** A filter, as a client may send one, that cannot be meant. Nothing was read. Never with its value in the message. */
export class AuditFilterError extends AuditError {
  override readonly name = 'AuditFilterError';
  readonly code = 'ERR_AUDIT_FILTER';
  /** The name of the filter. */
  readonly filter: 'since' | 'until' | 'tenantId' | 'after';

  constructor(filter: AuditFilterError['filter'], reason: string) {
    super(`${filter} ${reason}`);
    this.filter = filter;
  }
}

/** Nobody is known to have made the change. Nothing was written. */
export class AuditActorMissingError extends AuditError {
  override readonly name = 'AuditActorMissingError';
  readonly code = 'ERR_AUDIT_ACTOR_MISSING';

  constructor() {
    super(
      'The change has no actor: call setIdentity({ userId }) in the context, pass actor, or give createAuditLog the option systemActor for work that no user asked for.',
    );
  }
}

/** The log has one chain for each tenant and no tenant is known. Nothing was read or written. */
export class AuditTenantMissingError extends AuditError {
  override readonly name = 'AuditTenantMissingError';
  readonly code = 'ERR_AUDIT_TENANT_MISSING';

  constructor() {
    super(
      'The audit log is kept by tenant and no tenant is known: call setIdentity({ tenantId }) in the context, or pass tenantId, or acrossTenants: true to read everything.',
    );
  }
}

/** An image of the record has a value without a canonical form. Nothing was written. */
export class AuditValueError extends AuditError {
  override readonly name = 'AuditValueError';
  readonly code = 'ERR_AUDIT_VALUE';

  constructor(reason: string) {
    super(
      `An image of the record ${reason}. Give plain data: what JSON can hold, bigint, Date, Buffer, undefined.`,
    );
  }
}

/** An image of the record is larger than `maxValueBytes`. Nothing was written. */
export class AuditValueTooLargeError extends AuditError {
  override readonly name = 'AuditValueTooLargeError';
  readonly code = 'ERR_AUDIT_VALUE_TOO_LARGE';
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(
      `An image of the record is larger than maxValueBytes (${limitBytes}). Record less of it, raise the limit, or set oversize: 'digest'.`,
    );
    this.limitBytes = limitBytes;
  }
}

/** The database refused a statement; the cause is its error. Roll your transaction back. */
export class AuditStoreError extends AuditError {
  override readonly name = 'AuditStoreError';
  readonly code = 'ERR_AUDIT_STORE';
  /** Whether another transaction was in the way: rolling back and running again may help. */
  readonly busy: boolean;

  constructor(doing: string, cause: unknown, busy: boolean, reason: string) {
    const remedy = busy
      ? 'Another transaction was in the way: roll yours back and run it again.'
      : 'Roll your transaction back and look at the cause; without the tables, run the migration.';
    super(`The database could not ${doing} (${reason}). ${remedy}`, { cause });
    this.busy = busy;
  }
}
