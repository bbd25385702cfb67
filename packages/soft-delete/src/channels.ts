import { channel } from 'node:diagnostics_channel';

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

const deleted = channel('holdfast:soft-delete:deleted');
const restored = channel('holdfast:soft-delete:restored');
const purged = channel('holdfast:soft-delete:purged');
const erased = channel('holdfast:soft-delete:erased');

export function publishDeleted(fact: RowsDeleted): void {
  if (deleted.hasSubscribers) deleted.publish(fact);
}

export function publishRestored(fact: RowsRestored): void {
  if (restored.hasSubscribers) restored.publish(fact);
}

export function publishPurged(fact: RowsPurged): void {
  if (purged.hasSubscribers) purged.publish(fact);
}

export function publishErased(fact: ValuesErased): void {
  if (erased.hasSubscribers) erased.publish(fact);
}
