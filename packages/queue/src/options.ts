import { type Clock, systemClock } from '@holdfast/context/clock';
import type { StoreSafety } from './channels.ts';
import { chooseEngine, type EngineChoice, type EngineOptions } from './engines/engine-choice.ts';
import { QueueOptionError } from './errors.ts';
import { between, defined, flag, show, whole } from './option-checks.ts';
import { type ResolvedSpoolOptions, resolveSpool, type SpoolOptions } from './spool/spool-options.ts';
import { type Circuit, resolveCircuit } from './worker/circuit.ts';

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
  /** The newest so many at most. Default 100000; none with `whenUnavailable: 'spool'`, where the age alone decides. */
  count?: number;
}

/** What an enqueue does where the engine does not answer in time. */
export type WhenUnavailable = 'throw' | 'direct' | 'spool';

export interface QueueOptions extends EngineOptions {
  /** 1 to 128 of `A-Z a-z 0-9 . _ -`. Queues of one name on one engine are one queue. */
  queueName: string;
  /** Jobs that one worker runs at once. Default 5. */
  concurrency?: number;
  /** Retries after the first attempt: 3 make 4 attempts. Default 3. */
  maxRetries?: number;
  /** The delays between attempts. */
  backoff?: BackoffOptions;
  /** How long a finished job is known as a duplicate. */
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
  /** How long one attempt may take before it counts as failed and its signal is aborted. Default without limit. */
  jobTimeoutMs?: number;
  /**
   * What an enqueue does where the engine does not answer in time: `throw` QueueUnavailableError (default), `direct`,
   * that is, run the processor at once, or `spool`, that is, keep the job in a local file until the engine is back.
   */
  whenUnavailable?: WhenUnavailable;
  /** Where and how much `whenUnavailable: 'spool'` may keep. */
  spool?: SpoolOptions;
  /** The circuit of what the jobs depend on, or its name: while it is open the worker takes no job. */
  circuit?: Circuit | string;
  /** Redis: refuse to enqueue unless its maxmemory-policy is `noeviction`. Default false, a warning. */
  requireNoEviction?: boolean;
  /** Dead letters older than this are removed while a worker runs. Default never. */
  maxDeadLetterAgeDays?: number;
  /** What the engine reports outside of any call, such as a lost connection. */
  onError?: (error: Error) => void;
  /** Takes what would be a warning of the process: the store is set up in a way that may lose jobs. */
  onWarning?: (warning: StoreSafety) => void;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

export interface ResolvedOptions {
  readonly queueName: string;
  readonly engine: EngineChoice;
  readonly concurrency: number;
  readonly maxAttempts: number;
  readonly backoff: Required<BackoffOptions>;
  /** `count` undefined: the age alone decides. */
  readonly keepCompleted: { readonly ageMs: number; readonly count: number | undefined };
  readonly enqueueTimeoutMs: number;
  readonly maxParkMs: number;
  readonly lockDurationMs: number;
  readonly stalledIntervalMs: number;
  readonly maxStalls: number;
  readonly closeTimeoutMs: number;
  readonly jobTimeoutMs: number | undefined;
  readonly whenUnavailable: WhenUnavailable;
  readonly spool: ResolvedSpoolOptions;
  readonly circuit: Circuit | undefined;
  readonly requireNoEviction: boolean;
  readonly maxDeadLetterAgeMs: number | undefined;
  readonly onError: ((error: Error) => void) | undefined;
  readonly onWarning: ((warning: StoreSafety) => void) | undefined;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;

/** Every default that is a number. */
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

/** Every default that is a number. Durations in ms. */
export const QUEUE_DEFAULTS: QueueDefaults = Object.freeze({
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
  const given = { ...QUEUE_DEFAULTS, ...defined(options) };
  const name = queueName(options.queueName);
  const whenUnavailable = resolveWhenUnavailable(options.whenUnavailable ?? 'throw');
  return {
    queueName: name,
    engine: chooseEngine(options),
    concurrency: whole('concurrency', given.concurrency, 1, 10_000),
    maxAttempts: whole('maxRetries', given.maxRetries, 0, 1000) + 1,
    backoff: resolveBackoff(options.backoff),
    keepCompleted: resolveKeepCompleted(options.keepCompleted ?? {}, whenUnavailable),
    enqueueTimeoutMs: whole('enqueueTimeoutMs', given.enqueueTimeoutMs, 1, 600_000),
    maxParkMs: whole('maxParkMs', given.maxParkMs, 0, 365 * DAY_MS),
    lockDurationMs: whole('lockDurationMs', given.lockDurationMs, 100, DAY_MS),
    stalledIntervalMs: whole('stalledIntervalMs', given.stalledIntervalMs, 50, DAY_MS),
    maxStalls: whole('maxStalls', given.maxStalls, 0, 1000),
    closeTimeoutMs: whole('closeTimeoutMs', given.closeTimeoutMs, 0, DAY_MS),
    jobTimeoutMs:
      options.jobTimeoutMs === undefined
        ? undefined
        : whole('jobTimeoutMs', options.jobTimeoutMs, 1, 365 * DAY_MS),
    whenUnavailable,
    spool: resolveSpool(options.spool ?? {}, name),
    circuit: resolveCircuit(options.circuit),
    requireNoEviction: flag('requireNoEviction', options.requireNoEviction ?? false),
    maxDeadLetterAgeMs:
      options.maxDeadLetterAgeDays === undefined
        ? undefined
        : between('maxDeadLetterAgeDays', options.maxDeadLetterAgeDays, 0.01, 36_500) * DAY_MS,
    onError: options.onError,
    onWarning: options.onWarning,
    clock: options.clock ?? systemClock,
  };
}

/** @throws QueueOptionError */
export function resolveBackoff(options: BackoffOptions = {}): Required<BackoffOptions> {
  const backoff = { ...QUEUE_DEFAULTS.backoff, ...defined(options) };
  return {
    initialDelayMs: whole('backoff.initialDelayMs', backoff.initialDelayMs, 0, DAY_MS),
    maxDelayMs: whole('backoff.maxDelayMs', backoff.maxDelayMs, 0, 365 * DAY_MS),
    multiplier: between('backoff.multiplier', backoff.multiplier, 1, 10),
  };
}

/** A spooled job may be in the engine already, and finished: how many others finished since must not forget it. */
function resolveKeepCompleted(
  { ageMs = QUEUE_DEFAULTS.keepCompleted.ageMs, count }: KeepCompleted,
  whenUnavailable: WhenUnavailable,
): ResolvedOptions['keepCompleted'] {
  const age = whole('keepCompleted.ageMs', ageMs, 1000, 3650 * DAY_MS);
  if (whenUnavailable !== 'spool') {
    const kept = count ?? QUEUE_DEFAULTS.keepCompleted.count;
    return { ageMs: age, count: whole('keepCompleted.count', kept, 1, 100_000_000) };
  }
  if (count === undefined) return { ageMs: age, count: undefined };
  throw new QueueOptionError(
    'keepCompleted.count',
    `is ${show(count)}; leave it out with whenUnavailable 'spool', where a finished job must be known for all of keepCompleted.ageMs.`,
  );
}

function resolveWhenUnavailable(choice: unknown): WhenUnavailable {
  if (choice === 'throw' || choice === 'direct' || choice === 'spool') return choice;
  throw new QueueOptionError(
    'whenUnavailable',
    `is ${show(choice)}; it must be 'throw', 'direct' or 'spool'.`,
  );
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
