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
  readonly parent?: { readonly relation: Relation; readonly is: Condition };
  readonly child?: { readonly relation: Relation; readonly is: Condition };
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
export function* step<T>(call: MaybeAsync<T>): Act<T> {
  return (yield call) as T;
}

export function runSync<T>(act: Act<T>): T {
  let turn = act.next();
  while (turn.done !== true) turn = act.next(turn.value);
  return turn.value;
}

export async function runAsync<T>(act: Act<T>): Promise<T> {
  let turn = act.next();
  while (turn.done !== true) turn = act.next(await turn.value);
  return turn.value;
}
