import { type Names, namesOf, quote } from '../names.ts';
import { checkName, type TableOptions } from '../options.ts';

export interface PostgresTableOptions extends TableOptions {
  /** The schema of the tables. @default 'public' */
  schema?: string;
}

export const DEFAULT_SCHEMA = 'public';
export const LONGEST_NAME_BYTES = 63;

/** Names with their schema in front, so that no search path can lead them elsewhere. */
export interface PgNames extends Names {
  readonly schema: string;
  /** Without the schema, for what lives in the schema of its table: triggers and indexes. */
  bare(suffix: string): string;
}

/** @throws AuditOptionError */
export function pgNamesOf({ schema = DEFAULT_SCHEMA }: PostgresTableOptions, table: string): PgNames {
  checkName('schema', schema, LONGEST_NAME_BYTES);
  const bare = namesOf(table);
  const qualified = (name: string): string => `${quote(schema)}.${name}`;
  return {
    schema,
    changes: qualified(bare.changes),
    context: qualified(bare.context),
    chain: qualified(bare.chain),
    of: (suffix) => qualified(bare.of(suffix)),
    bare: (suffix) => bare.of(suffix),
  };
}
