import { EventsOptionError } from '../errors.ts';
import type { GroupSettings } from '../log/event-log.ts';
import { defined, flag, whole } from '../option-checks.ts';

export interface SubscribeOptions {
  /**
   * Where a group begins that is new: with what is published from `'now'` (default), with the `'start'` of what is kept,
   * or with a time. A group that exists goes on where it was.
   */
  from?: 'now' | 'start' | Date | number;
  /** Events of one key one after the other, each after the one before has been handled or is dead. Default false. */
  ordered?: boolean;
  /** Handlers that run at once in this process. Default 5. */
  concurrency?: number;
  /** Retries after the first attempt. Default 3. */
  maxRetries?: number;
  /**
   * Full jitter: each delay is random up to `initialDelayMs` (default 1000) times `2 ** (retry - 1)`, at most `maxDelayMs`
   * (default 300000).
   */
  backoff?: { initialDelayMs?: number; maxDelayMs?: number };
  /** How long one attempt may take: then its signal aborts and it has failed. Default 60000. */
  handlerTimeoutMs?: number;
  /**
   * The circuit of the group opens after `failureThreshold` failures in a row (default 10) and takes no event for
   * `resetTimeoutMs` (default 30000); false for none.
   */
  circuit?: { failureThreshold?: number; resetTimeoutMs?: number } | false;
  /** How long a worker may be silent before what it had is given to another. Default 30000. */
  lockDurationMs?: number;
  /** How often that is looked for. Default 15000. */
  stalledIntervalMs?: number;
  /** How long `close` waits for running handlers. Default 10000. */
  closeTimeoutMs?: number;
}

export interface ResolvedSubscribeOptions {
  readonly from: number;
  readonly settings: GroupSettings;
  readonly concurrency: number;
  readonly handlerTimeoutMs: number;
  readonly circuit: { readonly failureThreshold: number; readonly resetTimeoutMs: number } | undefined;
  readonly lockDurationMs: number;
  readonly stalledIntervalMs: number;
  readonly closeTimeoutMs: number;
}

export interface GroupDefaults {
  readonly concurrency: number;
  readonly maxRetries: number;
  readonly backoff: { readonly initialDelayMs: number; readonly maxDelayMs: number };
  readonly handlerTimeoutMs: number;
  readonly circuit: { readonly failureThreshold: number; readonly resetTimeoutMs: number };
  readonly lockDurationMs: number;
  readonly stalledIntervalMs: number;
  readonly closeTimeoutMs: number;
}

const DAY_MS = 86_400_000;

/** Every default of a group. Durations in ms. */
export const GROUP_DEFAULTS: GroupDefaults = Object.freeze({
  concurrency: 5,
  maxRetries: 3,
  backoff: Object.freeze({ initialDelayMs: 1000, maxDelayMs: 300_000 }),
  handlerTimeoutMs: 60_000,
  circuit: Object.freeze({ failureThreshold: 10, resetTimeoutMs: 30_000 }),
  lockDurationMs: 30_000,
  stalledIntervalMs: 15_000,
  closeTimeoutMs: 10_000,
});

/** @throws EventsOptionError */
export function resolveSubscribe(options: SubscribeOptions): ResolvedSubscribeOptions {
  const given = { ...GROUP_DEFAULTS, ...defined(options) };
  const backoff = { ...GROUP_DEFAULTS.backoff, ...defined(options.backoff ?? {}) };
  const circuit = options.circuit === false ? undefined : { ...GROUP_DEFAULTS.circuit, ...options.circuit };
  return {
    from: startTime(options.from ?? 'now'),
    settings: {
      maxRetries: whole('maxRetries', given.maxRetries, 0, 1000),
      backoff: {
        initialDelayMs: whole('backoff.initialDelayMs', backoff.initialDelayMs, 0, DAY_MS),
        maxDelayMs: whole('backoff.maxDelayMs', backoff.maxDelayMs, 0, 365 * DAY_MS),
      },
      ordered: flag('ordered', options.ordered ?? false),
    },
    concurrency: whole('concurrency', given.concurrency, 1, 10_000),
    handlerTimeoutMs: whole('handlerTimeoutMs', given.handlerTimeoutMs, 1, 365 * DAY_MS),
    circuit: circuit && {
      failureThreshold: whole('circuit.failureThreshold', circuit.failureThreshold, 1, 1000),
      resetTimeoutMs: whole('circuit.resetTimeoutMs', circuit.resetTimeoutMs, 1, DAY_MS),
    },
    lockDurationMs: whole('lockDurationMs', given.lockDurationMs, 100, DAY_MS),
    stalledIntervalMs: whole('stalledIntervalMs', given.stalledIntervalMs, 50, DAY_MS),
    closeTimeoutMs: whole('closeTimeoutMs', given.closeTimeoutMs, 0, DAY_MS),
  };
}

/** Epoch ms; `Infinity` from now on. @throws EventsOptionError */
export function startTime(from: unknown): number {
  if (from === 'now') return Number.POSITIVE_INFINITY;
  if (from === 'start') return 0;
  const time = from instanceof Date ? from.getTime() : from;
  if (typeof time === 'number' && Number.isFinite(time) && time >= 0) return Math.floor(time);
  throw new EventsOptionError('from', "must be 'now', 'start', a Date or epoch milliseconds.");
}
