import { randomUUID } from 'node:crypto';
import { getCurrentTenantId, getCurrentUserId } from '@holdfast/context';
import type { Clock } from '@holdfast/context/clock';
import type { Stamp } from './engine/port.ts';
import { SoftDeleteOptionError, TenantMissingError } from './errors.ts';

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
export function tenantScope(table: string, scoped: boolean, options: ScopeOptions): string | undefined {
  if (!scoped || options.acrossTenants === true) return undefined;
  const tenantId = options.tenantId ?? getCurrentTenantId();
  if (tenantId === undefined) throw new TenantMissingError(table);
  return tenantId;
}

/** One act: when, by whom, and the id that its rows share. */
export function newStamp(clock: Clock, deletedBy: string | undefined): Stamp {
  return {
    deletedAt: clock.wallTime(),
    deletedBy: deletedBy ?? getCurrentUserId() ?? null,
    deletionId: randomUUID(),
  };
}

/** Every default of a purge. */
export const PURGE_DEFAULTS: Readonly<{ batchSize: number }> = Object.freeze({ batchSize: 500 });
const LARGEST_BATCH = 10_000;

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
export function purgeBounds(
  { olderThanMs, batchSize = PURGE_DEFAULTS.batchSize }: PurgeOptions,
  clock: Clock,
): { readonly deletedBefore: number; readonly limit: number } {
  if (!(Number.isFinite(olderThanMs) && olderThanMs >= 0)) {
    throw new SoftDeleteOptionError(
      'olderThanMs',
      `purge: olderThanMs is ${olderThanMs}; it must be 0 or more milliseconds.`,
    );
  }
  if (!(Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= LARGEST_BATCH)) {
    throw new SoftDeleteOptionError(
      'batchSize',
      `purge: batchSize is ${batchSize}; it must be an integer from 1 to ${LARGEST_BATCH}.`,
    );
  }
  return { deletedBefore: clock.wallTime() - olderThanMs, limit: batchSize };
}
