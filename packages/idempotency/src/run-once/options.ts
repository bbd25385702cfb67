import { type Clock, systemClock } from '@holdfast/context/clock';
import { IdempotencyOptionError } from '../errors.ts';

export interface RunOnceOptions {
  /**
   * Who consumes the event: two consumers of one event each run once. 1 to 200 characters.
   * @default 'default'
   */
  scope?: string;
  /**
   * Whether a connection on which a power loss could undo a reported commit is refused at its first use.
   * In-memory databases are let through.
   * @default true
   */
  requireDurable?: boolean;
  /** Source of the time of record. Default the system's. */
  clock?: Clock;
}

/** What became of a call: `value` is what `fn` returned, where it was run. */
export type RunOnceResult<T> = { readonly ran: true; readonly value: T } | { readonly ran: false };

/** Which records of `runOnce` are removed. */
export interface PurgeRunOnceOptions {
  /** Age in ms from which a record is removed, 0 or more. */
  olderThanMs: number;
  /**
   * Most records to remove in one call, 1 to 100,000.
   * @default 1000
   */
  limit?: number;
  /** Only records of this scope. Default all. */
  scope?: string;
  /** Source of the present time. Default the system's. */
  clock?: Clock;
}

/** Every default of `runOnce` and `purgeRunOnce`. */
export const RUN_ONCE_DEFAULTS: Readonly<{ scope: string; requireDurable: boolean; limit: number }> =
  Object.freeze({
    scope: 'default',
    requireDurable: true,
    limit: 1000,
  });

const LONGEST_EVENT_ID = 512;
const LONGEST_SCOPE = 200;
const LARGEST_PURGE = 100_000;

const NO_OPTIONS: RunOnceOptions = Object.freeze({});

export interface ResolvedRunOnce {
  readonly scope: string;
  readonly requireDurable: boolean;
  readonly clock: Clock;
}

/** @throws IdempotencyOptionError */
export function resolveRunOnce(eventId: string, options: RunOnceOptions = NO_OPTIONS): ResolvedRunOnce {
  checkText('runOnce', 'eventId', eventId, LONGEST_EVENT_ID);
  const scope = options.scope ?? RUN_ONCE_DEFAULTS.scope;
  checkText('runOnce', 'scope', scope, LONGEST_SCOPE);
  return {
    scope,
    requireDurable: options.requireDurable ?? RUN_ONCE_DEFAULTS.requireDurable,
    clock: options.clock ?? systemClock,
  };
}

export interface ResolvedPurge {
  readonly olderThanMs: number;
  readonly limit: number;
  readonly scope: string | null;
  readonly clock: Clock;
}

/** @throws IdempotencyOptionError */
export function resolvePurge(options: PurgeRunOnceOptions): ResolvedPurge {
  const { olderThanMs, limit = RUN_ONCE_DEFAULTS.limit, scope, clock = systemClock } = options;
  if (!(Number.isFinite(olderThanMs) && olderThanMs >= 0)) {
    throw new IdempotencyOptionError(
      'olderThanMs',
      `purgeRunOnce: olderThanMs is ${olderThanMs}; it must be 0 or more milliseconds.`,
    );
  }
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_PURGE)) {
    throw new IdempotencyOptionError(
      'limit',
      `purgeRunOnce: limit is ${limit}; it must be an integer from 1 to ${LARGEST_PURGE}.`,
    );
  }
  if (scope !== undefined) checkText('purgeRunOnce', 'scope', scope, LONGEST_SCOPE);
  return { olderThanMs, limit, scope: scope ?? null, clock };
}

/** The value itself is not repeated in the message: an event id may name a customer. */
function checkText(operation: string, name: string, value: unknown, longest: number): void {
  if (typeof value !== 'string') {
    throw new IdempotencyOptionError(
      name,
      `${operation}: ${name} is of type ${typeof value}; it must be a string.`,
    );
  }
  if (value.length === 0 || value.length > longest) {
    throw new IdempotencyOptionError(
      name,
      `${operation}: ${name} has ${value.length} characters; it must have 1 to ${longest}.`,
    );
  }
  if (value.includes('\u0000') || !value.isWellFormed()) {
    throw new IdempotencyOptionError(
      name,
      `${operation}: ${name} has a NUL or half a surrogate pair in it; SQLite could not tell it from another.`,
    );
  }
}
