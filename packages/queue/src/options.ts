import { type Clock, systemClock } from '@holdfast/context/clock';
import { chooseEngine, type EngineChoice, type EngineOptions } from './engine-choice.ts';
import { QueueOptionError } from './errors.ts';

/** Full jitter: each delay is random between 0 and `initialDelayMs * multiplier ** (retry - 1)`, at most `maxDelayMs`. */
export interface BackoffOptions {
  /** Default 1000. */
  initialDelayMs?: number;
  /** Default 300000. */
  maxDelayMs?: number;
  /** Default 2. */
  multiplier?: number;
}

/** How long finished jobs are kept: so long is a redelivery of their event answered with `duplicate`. */
export interface KeepCompleted {
  /** Default 604800000, seven days. */
  ageMs?: number;
  /** The newest so many at most. Default 100000. */
  count?: number;
}

export interface QueueOptions extends EngineOptions {
  queueName: string;
  /** Jobs that one worker runs at once. Default 5. */
  concurrency?: number;
  /** Retries after the first attempt: 3 make 4 attempts. Default 3. */
  maxRetries?: number;
  backoff?: BackoffOptions;
  keepCompleted?: KeepCompleted;
  /** How long `enqueue` and `ready` may take, whatever state the engine is in. Default 2000. */
  enqueueTimeoutMs?: number;
  /** How long a job may be parked in all while a circuit is open or a bulkhead full. Default 86400000, a day. */
  maxParkMs?: number;
  /** How long a worker may be silent before its job is taken to be stalled. Default 30000. */
  lockDurationMs?: number;
  /** How often workers look for stalled jobs. Default 15000. */
  stalledIntervalMs?: number;
  /** How often a job may stall and be run again; the next time it is dead. Default 3. */
  maxStalls?: number;
  /** How long `close` waits for running jobs before it aborts their signals. Default 10000. */
  closeTimeoutMs?: number;
  /** Dead letters older than this are removed while a worker runs. Default never. */
  maxDeadLetterAgeDays?: number;
  /** What the engine reports outside of any call, such as a lost connection. */
  onError?: (error: Error) => void;
  clock?: Clock;
}

export interface WebhookQueueOptions extends QueueOptions {
  /** The same as `whenUnavailable: 'direct'`. Default false. */
  enableDirectFallback?: boolean;
  /**
   * What `enqueue` does where the engine does not answer in time: `throw` QueueUnavailableError (default), or `direct`,
   * that is, run the processor at once. Wins over `enableDirectFallback`.
   */
  whenUnavailable?: 'throw' | 'direct';
}

export interface ResolvedOptions {
  readonly queueName: string;
  readonly engine: EngineChoice;
  readonly concurrency: number;
  readonly maxAttempts: number;
  readonly backoff: Required<BackoffOptions>;
  readonly keepCompleted: Required<KeepCompleted>;
  readonly enqueueTimeoutMs: number;
  readonly maxParkMs: number;
  readonly lockDurationMs: number;
  readonly stalledIntervalMs: number;
  readonly maxStalls: number;
  readonly closeTimeoutMs: number;
  readonly maxDeadLetterAgeMs: number | undefined;
  readonly onError: ((error: Error) => void) | undefined;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;

/** Every default of `WebhookQueueOptions` that is a number. */
export interface QueueDefaults {
  readonly concurrency: number;
  readonly maxRetries: number;
  readonly backoff: Readonly<Required<BackoffOptions>>;
  readonly keepCompleted: Readonly<Required<KeepCompleted>>;
  readonly enqueueTimeoutMs: number;
  readonly maxParkMs: number;
  readonly lockDurationMs: number;
  readonly stalledIntervalMs: number;
  readonly maxStalls: number;
  readonly closeTimeoutMs: number;
}

export const DEFAULTS: QueueDefaults = Object.freeze({
  concurrency: 5,
  maxRetries: 3,
  backoff: Object.freeze({ initialDelayMs: 1000, maxDelayMs: 300_000, multiplier: 2 }),
  keepCompleted: Object.freeze({ ageMs: 7 * DAY_MS, count: 100_000 }),
  enqueueTimeoutMs: 2000,
  maxParkMs: DAY_MS,
  lockDurationMs: 30_000,
  stalledIntervalMs: 15_000,
  maxStalls: 3,
  closeTimeoutMs: 10_000,
});

/** @throws QueueOptionError naming option, value and range */
export function resolveOptions(options: QueueOptions): ResolvedOptions {
  const backoff = { ...DEFAULTS.backoff, ...defined(options.backoff ?? {}) };
  const keepCompleted = { ...DEFAULTS.keepCompleted, ...defined(options.keepCompleted ?? {}) };
  const given = { ...DEFAULTS, ...defined(options) };
  return {
    queueName: queueName(options.queueName),
    engine: chooseEngine(options),
    concurrency: whole('concurrency', given.concurrency, 1, 10_000),
    maxAttempts: whole('maxRetries', given.maxRetries, 0, 1000) + 1,
    backoff: {
      initialDelayMs: whole('backoff.initialDelayMs', backoff.initialDelayMs, 0, DAY_MS),
      maxDelayMs: whole('backoff.maxDelayMs', backoff.maxDelayMs, 0, 365 * DAY_MS),
      multiplier: between('backoff.multiplier', backoff.multiplier, 1, 10),
    },
    keepCompleted: {
      ageMs: whole('keepCompleted.ageMs', keepCompleted.ageMs, 1000, 3650 * DAY_MS),
      count: whole('keepCompleted.count', keepCompleted.count, 1, 100_000_000),
    },
    enqueueTimeoutMs: whole('enqueueTimeoutMs', given.enqueueTimeoutMs, 1, 600_000),
    maxParkMs: whole('maxParkMs', given.maxParkMs, 0, 365 * DAY_MS),
    lockDurationMs: whole('lockDurationMs', given.lockDurationMs, 100, DAY_MS),
    stalledIntervalMs: whole('stalledIntervalMs', given.stalledIntervalMs, 50, DAY_MS),
    maxStalls: whole('maxStalls', given.maxStalls, 0, 1000),
    closeTimeoutMs: whole('closeTimeoutMs', given.closeTimeoutMs, 0, DAY_MS),
    maxDeadLetterAgeMs:
      options.maxDeadLetterAgeDays === undefined
        ? undefined
        : between('maxDeadLetterAgeDays', options.maxDeadLetterAgeDays, 0.01, 36_500) * DAY_MS,
    onError: options.onError,
    clock: options.clock ?? systemClock,
  };
}

/** @throws QueueOptionError for what is not one of the two, `spool` among them */
export function resolveWhenUnavailable(options: WebhookQueueOptions): 'throw' | 'direct' {
  const choice: unknown =
    options.whenUnavailable ?? (options.enableDirectFallback === true ? 'direct' : 'throw');
  if (choice === 'throw' || choice === 'direct') return choice;
  if (choice === 'spool') {
    throw new QueueOptionError(
      'whenUnavailable',
      `is 'spool', which this version does not have. Use 'direct' or 'throw'.`,
    );
  }
  throw new QueueOptionError('whenUnavailable', `is ${show(choice)}; it must be 'throw' or 'direct'.`);
}

function queueName(name: unknown): string {
  if (typeof name !== 'string' || !/^[A-Za-z0-9._-]{1,128}$/.test(name)) {
    throw new QueueOptionError(
      'queueName',
      `is ${show(name)}; it must be 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'.`,
    );
  }
  return name;
}

function whole(option: string, value: unknown, min: number, max: number): number {
  if (!Number.isInteger(value)) throw outOfRange(option, value, `a whole number from ${min} to ${max}`);
  return between(option, value, min, max);
}

function between(option: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw outOfRange(option, value, `from ${min} to ${max}`);
}

function outOfRange(option: string, value: unknown, range: string): QueueOptionError {
  return new QueueOptionError(option, `is ${show(value)}; it must be ${range}.`);
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** Without what is `undefined`: such an option is absent. */
function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
