import { type Clock, systemClock } from '@holdfast/context/clock';
import { SoftDeleteOptionError } from '../errors.ts';
import type { OnDelete } from '../schema.ts';

export interface SoftDeleteExtensionOptions {
  /** Models to be kept. Default every model that has the fields. */
  models?: readonly string[];
  /** @default { deletedAt: 'deletedAt', deletedBy: 'deletedBy', deletionId: 'deletionId' } */
  fields?: { deletedAt?: string; deletedBy?: string; deletionId?: string };
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
  readonly fields: { readonly deletedAt: string; readonly deletedBy: string; readonly deletionId: string };
  readonly onDelete: Readonly<Record<string, OnDelete>>;
  readonly tenantField: string | undefined;
  readonly transactionTimeoutMs: number;
  readonly clock: Clock;
}

/** Every default of the extension. */
export const SOFT_DELETE_EXTENSION_DEFAULTS: Readonly<{
  fields: Readonly<{ deletedAt: string; deletedBy: string; deletionId: string }>;
  transactionTimeoutMs: number;
}> = Object.freeze({
  fields: Object.freeze({ deletedAt: 'deletedAt', deletedBy: 'deletedBy', deletionId: 'deletionId' }),
  transactionTimeoutMs: 30_000,
});

/** @throws SoftDeleteOptionError */
export function resolveOptions(options: SoftDeleteExtensionOptions): ResolvedOptions {
  const { transactionTimeoutMs = SOFT_DELETE_EXTENSION_DEFAULTS.transactionTimeoutMs } = options;
  if (!(Number.isFinite(transactionTimeoutMs) && transactionTimeoutMs >= 1)) {
    throw new SoftDeleteOptionError(
      'transactionTimeoutMs',
      `softDeleteExtension: transactionTimeoutMs is ${transactionTimeoutMs}; it must be 1 or more milliseconds.`,
    );
  }
  return {
    models: options.models,
    fields: { ...SOFT_DELETE_EXTENSION_DEFAULTS.fields, ...options.fields },
    onDelete: options.onDelete ?? {},
    tenantField: options.tenantField,
    transactionTimeoutMs,
    clock: options.clock ?? systemClock,
  };
}
