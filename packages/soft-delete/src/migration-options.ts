import { SoftDeleteOptionError } from './errors.ts';
import { checkName, SOFT_DELETE_COLUMN_DEFAULTS, type SoftDeleteColumns } from './schema.ts';

export interface MigrationOptions {
  /** What the columns are called. @default { deletedAt: 'deleted_at', deletedBy: 'deleted_by', deletionId: 'deletion_id' } */
  columns?: SoftDeleteColumns;
  /**
   * Further lists of columns that queries of live rows filter or sort by; each gets an index of live rows only.
   * @default []
   */
  liveIndexes?: readonly (readonly string[])[];
  /**
   * Whether `down` may run while rows are deleted: they would be live again.
   * @default false
   */
  reviveDeleted?: boolean;
}

/** What a run of a migration did; nothing where all was in place. */
export interface MigrationRun {
  /** The statements that changed something, in their order. */
  readonly steps: readonly { readonly sql: string; readonly durationMs: number }[];
}

export interface ResolvedMigration {
  readonly table: string;
  readonly columns: Readonly<Required<SoftDeleteColumns>>;
  readonly liveIndexes: readonly (readonly string[])[];
  readonly reviveDeleted: boolean;
}

/** @throws SoftDeleteOptionError */
export function resolveMigration(table: string, options: MigrationOptions): ResolvedMigration {
  checkName('table', table);
  const columns = { ...SOFT_DELETE_COLUMN_DEFAULTS, ...options.columns };
  for (const column of Object.values(columns)) checkName('columns', column);
  const liveIndexes = options.liveIndexes ?? [];
  for (const list of liveIndexes) {
    if (list.length === 0)
      throw new SoftDeleteOptionError('liveIndexes', 'liveIndexes has an empty list of columns.');
    for (const column of list) checkName('liveIndexes', column);
  }
  return { table, columns, liveIndexes, reviveDeleted: options.reviveDeleted ?? false };
}

const LONGEST_NAME = 63;

/** A name for an index that PostgreSQL does not cut, so that it is found again. */
export function indexName(...parts: readonly string[]): string {
  const name = parts.join('_');
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  const suffix = `_${hash.toString(16).padStart(8, '0')}`;
  let start = name;
  while (Buffer.byteLength(start) > LONGEST_NAME - suffix.length) start = start.slice(0, -1);
  return `${start.replace(/[\ud800-\udbff]$/, '')}${suffix}`;
}
