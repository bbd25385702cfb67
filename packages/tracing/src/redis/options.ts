import { type Clock, systemClock } from '@holdfast/context/clock';
import { TracingOptionError } from '../errors.ts';

/** Where slow operations are written; a pino logger or one of `@holdfast/logging`, by shape. */
export interface SlowOperationLogger {
  warn(fields: Record<string, unknown>, message: string): void;
}

export interface RedisTraceOptions {
  /** Operations over this many ms are slow; a blocking command never is. Default 100. */
  slowOperationThreshold?: number | undefined;
  /** Gets one line per slow operation. Default none: slow operations show on their span and on a channel. */
  logger?: SlowOperationLogger | undefined;
  /** Default the system's. */
  clock?: Clock | undefined;
}

export interface TraceRedisOptions extends RedisTraceOptions {
  /**
   * Writes the trace beside each key that is written, as `<key>:trace` in the same slot with the same time to live: one
   * more command per write. Default false.
   */
  stampKeys?: boolean | undefined;
}

/** Every default of `traceRedis` and `withRedisTrace`. */
export const REDIS_TRACE_DEFAULTS: {
  readonly slowOperationThreshold: 100;
  readonly stampKeys: false;
} = Object.freeze({ slowOperationThreshold: 100, stampKeys: false });

export interface ResolvedRedisOptions {
  readonly slowOperationThreshold: number;
  readonly logger: SlowOperationLogger | undefined;
  readonly clock: Clock;
  readonly stampKeys: boolean;
}

/** @throws TracingOptionError when the threshold is negative or no number */
export function resolveRedisOptions(options: TraceRedisOptions): ResolvedRedisOptions {
  const slowOperationThreshold =
    options.slowOperationThreshold ?? REDIS_TRACE_DEFAULTS.slowOperationThreshold;
  if (!(slowOperationThreshold >= 0)) {
    throw new TracingOptionError(
      'slowOperationThreshold',
      `is ${slowOperationThreshold}; it must be 0 or more milliseconds.`,
    );
  }
  return {
    slowOperationThreshold,
    logger: options.logger,
    clock: options.clock ?? systemClock,
    stampKeys: options.stampKeys ?? REDIS_TRACE_DEFAULTS.stampKeys,
  };
}
