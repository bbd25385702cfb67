import { type Clock, systemClock } from '@holdfast/context/clock';
import { TracingOptionError } from '../errors.ts';

/** Where slow statements are written; a pino logger or one of `@holdfast/logging`, by shape. */
export interface SlowQueryLogger {
  warn(fields: Record<string, unknown>, message: string): void;
}

/** What `TracedDatabase` and `tracePg` can be told. */
export interface DatabaseOptions {
  /**
   * Writes a comment with `traceId` and `spanId` before each statement that runs inside a context, for what reads SQL
   * text: `verbose` of SQLite, `pg_stat_activity` and the log of PostgreSQL. SQLite must compile the statement anew for
   * each span then, which takes some ten times as long as running a small one. Default false.
   */
  includeTraceComments?: boolean | undefined;
  /** Makes spans, publishes durations and watches for slow statements. Default true. */
  trackQueryDuration?: boolean | undefined;
  /** Statements over this many ms are slow. Default 100. */
  slowQueryThreshold?: number | undefined;
  /** Gets one line per slow statement. Default none: slow statements show on their span and on a channel. */
  logger?: SlowQueryLogger | undefined;
  /** Default the system's. */
  clock?: Clock | undefined;
}

/** Every default of `TracedDatabase` and `tracePg`. */
export const TRACED_DATABASE_DEFAULTS: {
  readonly includeTraceComments: false;
  readonly trackQueryDuration: true;
  readonly slowQueryThreshold: 100;
} = Object.freeze({ includeTraceComments: false, trackQueryDuration: true, slowQueryThreshold: 100 });

export interface ResolvedDatabaseOptions {
  readonly includeTraceComments: boolean;
  readonly trackQueryDuration: boolean;
  readonly slowQueryThreshold: number;
  readonly logger: SlowQueryLogger | undefined;
  readonly clock: Clock;
}

/** @throws TracingOptionError when the threshold is negative or no number */
export function resolveDatabaseOptions(options: DatabaseOptions): ResolvedDatabaseOptions {
  const slowQueryThreshold = options.slowQueryThreshold ?? TRACED_DATABASE_DEFAULTS.slowQueryThreshold;
  if (!(slowQueryThreshold >= 0)) {
    throw new TracingOptionError(
      'slowQueryThreshold',
      `is ${slowQueryThreshold}; it must be 0 or more milliseconds.`,
    );
  }
  return {
    includeTraceComments: options.includeTraceComments ?? TRACED_DATABASE_DEFAULTS.includeTraceComments,
    trackQueryDuration: options.trackQueryDuration ?? TRACED_DATABASE_DEFAULTS.trackQueryDuration,
    slowQueryThreshold,
    logger: options.logger,
    clock: options.clock ?? systemClock,
  };
}
