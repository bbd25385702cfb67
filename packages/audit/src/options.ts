import { type Clock, systemClock } from '@holdfast/context/clock';
import { AuditOptionError } from './errors.ts';
import { createRedact, type Redact } from './values/redact.ts';

/** Which rows are linked to one another. One writer at a time writes to a chain. */
export type ChainMode = 'global' | 'tenant' | 'none';

/** Who made a change. */
export interface Actor {
  readonly id: string;
  /** At most 20 characters. Default `'user'`. */
  readonly type?: string;
}

export interface TableOptions {
  /** The table of the changes; two more, `<table>_context` and `<table>_chain`, stand beside it. At most 40 bytes. Default `request_changes`. */
  table?: string;
  /**
   * `'tenant'` lets tenants write side by side; `'none'` keeps no hashes. The migration must have been told the same.
   * @default 'global'
   */
  chain?: ChainMode;
  /** What ids of records and actors are: UUIDs, or any text of 1 to 200 characters. @default 'uuid' */
  ids?: 'uuid' | 'text';
}

export interface AuditLogOptions extends TableOptions {
  /** Paths whose values are replaced before anything is stored or hashed: `'password'`, `'items.*.secret'`. @default none */
  redact?: readonly string[];
  /** Largest image, in bytes of UTF-8, 64 to 16,777,216. @default 65536 */
  maxValueBytes?: number;
  /**
   * What becomes of a larger image: the change is refused, or a SHA-256 of the image is kept in its place.
   * @default 'refuse'
   */
  oversize?: 'refuse' | 'digest';
  /** Who made the changes for which no user is known. @default none: they are refused */
  systemActor?: Actor;
  /** Only the wall time is read. Default the system's. */
  clock?: Clock;
}

/** Every default of a log. */
export const AUDIT_DEFAULTS: Readonly<
  Required<Pick<AuditLogOptions, 'table' | 'chain' | 'ids' | 'maxValueBytes' | 'oversize'>>
> = Object.freeze({
  table: 'request_changes',
  chain: 'global',
  ids: 'uuid',
  maxValueBytes: 65_536,
  oversize: 'refuse',
});

export interface ResolvedTable {
  readonly table: string;
  readonly chain: ChainMode;
  readonly ids: 'uuid' | 'text';
}

export interface ResolvedOptions extends ResolvedTable {
  readonly redact: Redact;
  readonly maxValueBytes: number;
  readonly oversize: 'refuse' | 'digest';
  readonly systemActor: Actor | undefined;
  readonly clock: Clock;
}

const LONGEST_TABLE_BYTES = 40;
const SMALLEST_VALUE_BYTES = 64;
const LARGEST_VALUE_BYTES = 16_777_216;

/** @throws AuditOptionError */
export function resolveTable(options: TableOptions): ResolvedTable {
  const { table = AUDIT_DEFAULTS.table, chain = AUDIT_DEFAULTS.chain, ids = AUDIT_DEFAULTS.ids } = options;
  checkName('table', table, LONGEST_TABLE_BYTES);
  oneOf('chain', chain, ['global', 'tenant', 'none']);
  oneOf('ids', ids, ['uuid', 'text']);
  return { table, chain, ids };
}

/** @throws AuditOptionError */
export function resolveOptions(options: AuditLogOptions): ResolvedOptions {
  const {
    redact = [],
    maxValueBytes = AUDIT_DEFAULTS.maxValueBytes,
    oversize = AUDIT_DEFAULTS.oversize,
  } = options;
  checkInteger('maxValueBytes', maxValueBytes, SMALLEST_VALUE_BYTES, LARGEST_VALUE_BYTES);
  oneOf('oversize', oversize, ['refuse', 'digest']);
  for (const path of redact) {
    if (typeof path !== 'string' || path.split('.').includes('')) {
      throw new AuditOptionError(
        'redact',
        `redact has the path ${JSON.stringify(path)}; it must be keys joined by dots, like "card.number".`,
      );
    }
  }
  return {
    ...resolveTable(options),
    redact: createRedact(redact),
    maxValueBytes,
    oversize,
    systemActor: options.systemActor,
    clock: options.clock ?? systemClock,
  };
}

/** @throws AuditOptionError when an identifier is empty, too long, or has a NUL in it */
export function checkName(option: string, name: unknown, longestBytes: number): asserts name is string {
  if (
    typeof name === 'string' &&
    name !== '' &&
    !name.includes('\0') &&
    Buffer.byteLength(name) <= longestBytes
  ) {
    return;
  }
  throw new AuditOptionError(
    option,
    `${option} is ${JSON.stringify(name)}; it must be a name of 1 to ${longestBytes} bytes without NUL.`,
  );
}

/** @throws AuditOptionError */
export function checkInteger(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new AuditOptionError(
    option,
    `${option} is ${value}; it must be an integer from ${least} to ${most}.`,
  );
}

function oneOf(option: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new AuditOptionError(
    option,
    `${option} is ${JSON.stringify(value)}; it must be one of ${allowed.join(', ')}.`,
  );
}
