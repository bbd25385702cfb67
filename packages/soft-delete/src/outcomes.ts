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
