import { type Clock, systemClock } from '@holdfast/context/clock';
import type { CircuitMode, CircuitState } from './circuit-state.ts';
import { ResilienceOptionError } from './errors.ts';
import { classifyFailure, type FailureClass } from './failure-class.ts';
import {
  delayOption,
  durationOption,
  functionOption,
  integerOption,
  nameOption,
  RESILIENCE_DEFAULTS,
  rangeOption,
} from './options.ts';

/** What `onEvent` is called with. */
export type CircuitEventName =
  | 'open'
  | 'halfOpen'
  | 'close'
  | 'success'
  | 'failure'
  | 'timeout'
  | 'reject'
  | 'fallback';

/** What `onEvent` is told beside the name of the event. */
export interface CircuitEventDetail {
  readonly durationMs?: number;
  readonly error?: unknown;
}

/** How a circuit behaves, apart from the function it protects. Durations in ms. */
export interface CircuitBreakerSettings {
  /** Names the circuit in errors, metrics and logs. Default: the function's name, or `anonymous`. */
  name?: string;
  /** Longest duration of a call, then it is aborted and counts as a failure; `false` for none. Default 10000. */
  timeout?: number | false;
  /** Opens when at least this share of the settled calls of the window failed. Above 1 to 100; `false` for off. Default 50. */
  errorThresholdPercentage?: number | false;
  /** Opens after as many failures in a row within the window. 1 to 1000; `false` for off. Default 5, off where only `errorThresholdPercentage` is given. */
  failureThreshold?: number | false;
  /** A call is slow that takes this long or longer, however it ends. Default none: no call is. */
  slowCallDurationThresholdMs?: number;
  /** Opens when at least this share of the settled calls of the window was slow, a percentage above 1 to 100. Default 50. */
  slowCallRateThreshold?: number;
  /** Successful trial calls that close a half-open circuit. Default 2. */
  successThreshold?: number;
  /** Trial calls of a half-open circuit at the same time; the rest is refused. Default 1. */
  halfOpenMaxCalls?: number;
  /** How long the circuit stays open before a trial. Default 30000. */
  resetTimeout?: number;
  /** By up to which share the open time is shortened, at random, so that processes do not try together. 0 to 1. Default 0.1. */
  resetTimeoutJitterRatio?: number;
  /** By how much the open time grows with each trial that fails, until the circuit closes. 1 to 100. Default 1. */
  resetTimeoutMultiplier?: number;
  /** The longest open time that growth leads to. Default 600000, or `resetTimeout` where that is longer. */
  maxResetTimeoutMs?: number;
  /** Settled calls in the window below which no percentage opens; the count too, where this is given. 1 or more. Default 10. */
  volumeThreshold?: number;
  /** How far back settled calls are counted. Default 60000. */
  windowSize?: number;
  /** The same as `windowSize`, under opossum's name. */
  rollingCountTimeout?: number;
  /** The same as `windowSize`. */
  rollingWindow?: number;
  /** Longest duration of a trial call. Default: `timeout`, or 30000 without one. */
  probeTimeoutMs?: number;
  /** Default `enforce`; can be changed while running. */
  mode?: CircuitMode;
  /** True for an error that says nothing about the dependency: it counts as neither success nor failure. */
  errorFilter?: (error: unknown) => boolean;
  /** Replaces `classifyFailure`. Only `transient` counts against the circuit. */
  classifyFailure?: (error: unknown) => FailureClass;
  /** Told of each event; what it throws is counted and goes no further. */
  onEvent?: (event: CircuitEventName, detail: CircuitEventDetail) => void;
  /** Told of each change of state; what it throws is counted and goes no further. */
  onStateChange?: (from: CircuitState, to: CircuitState) => void;
  /** Time and timers. Default the system's. */
  clock?: Clock;
  /** A number from 0 to below 1, for the jitter. Default Math.random. */
  random?: () => number;
}

export interface CircuitBreakerOptions<Args extends readonly unknown[] = readonly unknown[], F = unknown>
  extends CircuitBreakerSettings {
  /** Answers for a call that failed, timed out or was refused: gets its arguments, then the error. */
  fallback?: (...args: [...Args, error: unknown]) => F | PromiseLike<F>;
}

/** Settings checked and completed. `Infinity` where something is off. */
export interface ResolvedCircuitSettings {
  readonly name: string;
  readonly timeoutMs: number;
  readonly errorThresholdPercentage: number;
  readonly failureThreshold: number;
  readonly slowCallDurationThresholdMs: number;
  readonly slowCallRateThreshold: number;
  readonly successThreshold: number;
  readonly halfOpenMaxCalls: number;
  readonly resetTimeoutMs: number;
  readonly resetTimeoutJitterRatio: number;
  readonly resetTimeoutMultiplier: number;
  readonly maxResetTimeoutMs: number;
  readonly volumeThreshold: number;
  /** The volume below which the count does not open. */
  readonly countVolumeThreshold: number;
  readonly windowMs: number;
  readonly probeTimeoutMs: number;
  readonly mode: CircuitMode;
  readonly errorFilter: ((error: unknown) => boolean) | undefined;
  readonly classifyFailure: (error: unknown) => FailureClass;
  readonly onEvent: ((event: CircuitEventName, detail: CircuitEventDetail) => void) | undefined;
  readonly onStateChange: ((from: CircuitState, to: CircuitState) => void) | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

const OFF = Number.POSITIVE_INFINITY;
const MOST = 1_000_000;
const LONGEST_STREAK = 1000;
const MODES: readonly unknown[] = ['enforce', 'monitor', 'disabled'];

/** @throws ResilienceOptionError naming the option, its value and its range */
export function resolveCircuitSettings(
  options: CircuitBreakerSettings,
  fn?: { readonly name: string },
): ResolvedCircuitSettings {
  const defaults = RESILIENCE_DEFAULTS.circuitBreaker;
  for (const option of ['errorFilter', 'classifyFailure', 'onEvent', 'onStateChange', 'random'] as const) {
    functionOption(option, options[option]);
  }
  const timeoutMs =
    options.timeout === false ? OFF : durationOption('timeout', options.timeout, defaults.timeout);
  return {
    name: nameOption('name', options.name, fn),
    timeoutMs,
    errorThresholdPercentage:
      options.errorThresholdPercentage === false
        ? OFF
        : percentageOption('errorThresholdPercentage', options.errorThresholdPercentage),
    failureThreshold: streakOption(options),
    slowCallDurationThresholdMs: durationOption(
      'slowCallDurationThresholdMs',
      options.slowCallDurationThresholdMs,
      OFF,
    ),
    slowCallRateThreshold: percentageOption('slowCallRateThreshold', options.slowCallRateThreshold),
    successThreshold: integerOption(
      'successThreshold',
      options.successThreshold,
      defaults.successThreshold,
      1,
      MOST,
    ),
    halfOpenMaxCalls: integerOption(
      'halfOpenMaxCalls',
      options.halfOpenMaxCalls,
      defaults.halfOpenMaxCalls,
      1,
      MOST,
    ),
    ...openTimeOptions(options),
    volumeThreshold: integerOption(
      'volumeThreshold',
      options.volumeThreshold,
      defaults.volumeThreshold,
      1,
      MOST,
    ),
    countVolumeThreshold: options.volumeThreshold ?? 0,
    windowMs: windowOption(options),
    probeTimeoutMs: durationOption('probeTimeoutMs', options.probeTimeoutMs, probeDefault(timeoutMs)),
    mode: modeOption(options.mode ?? 'enforce'),
    errorFilter: options.errorFilter,
    classifyFailure: options.classifyFailure ?? classifyFailure,
    onEvent: options.onEvent,
    onStateChange: options.onStateChange,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

/** @throws ResilienceOptionError when it is none of the three modes */
export function modeOption(mode: CircuitMode): CircuitMode {
  if (MODES.includes(mode)) return mode;
  throw new ResilienceOptionError('mode', mode, "'enforce', 'monitor' or 'disabled'");
}

type OpenTimeSettings = Pick<
  ResolvedCircuitSettings,
  'resetTimeoutMs' | 'resetTimeoutJitterRatio' | 'resetTimeoutMultiplier' | 'maxResetTimeoutMs'
>;

function openTimeOptions(options: CircuitBreakerSettings): OpenTimeSettings {
  const { resetTimeout, resetTimeoutJitterRatio, resetTimeoutMultiplier, maxResetTimeoutMs } =
    RESILIENCE_DEFAULTS.circuitBreaker;
  const resetTimeoutMs = delayOption('resetTimeout', options.resetTimeout, resetTimeout);
  const longestMs = Math.max(maxResetTimeoutMs, resetTimeoutMs);
  const maxMs = delayOption('maxResetTimeoutMs', options.maxResetTimeoutMs, longestMs);
  if (maxMs < resetTimeoutMs) {
    throw new ResilienceOptionError(
      'maxResetTimeoutMs',
      maxMs,
      `at least resetTimeout, which is ${resetTimeoutMs}`,
    );
  }
  return {
    resetTimeoutMs,
    maxResetTimeoutMs: maxMs,
    resetTimeoutJitterRatio: rangeOption(
      'resetTimeoutJitterRatio',
      options.resetTimeoutJitterRatio,
      resetTimeoutJitterRatio,
      0,
      1,
    ),
    resetTimeoutMultiplier: rangeOption(
      'resetTimeoutMultiplier',
      options.resetTimeoutMultiplier,
      resetTimeoutMultiplier,
      1,
      100,
    ),
  };
}

function percentageOption(
  option: 'errorThresholdPercentage' | 'slowCallRateThreshold',
  value: number | undefined,
): number {
  if (typeof value === 'number' && value > 0 && value <= 1) {
    throw new ResilienceOptionError(
      option,
      value,
      `a percentage above 1 and up to 100, not a ratio: write ${value * 100} for ${value * 100} %`,
    );
  }
  return rangeOption(option, value, RESILIENCE_DEFAULTS.circuitBreaker[option], 1, 100);
}

function streakOption({ failureThreshold, errorThresholdPercentage }: CircuitBreakerSettings): number {
  if (failureThreshold === false) return OFF;
  const percentageOnly = typeof errorThresholdPercentage === 'number';
  const fallback = percentageOnly ? OFF : RESILIENCE_DEFAULTS.circuitBreaker.failureThreshold;
  return integerOption('failureThreshold', failureThreshold, fallback, 1, LONGEST_STREAK);
}

function windowOption(options: CircuitBreakerSettings): number {
  for (const name of ['windowSize', 'rollingCountTimeout', 'rollingWindow'] as const) {
    if (options[name] === undefined) continue;
    const windowMs = durationOption(name, options[name], 0);
    if (windowMs !== OFF) return windowMs;
    throw new ResilienceOptionError(name, windowMs, 'a finite number of milliseconds above 0');
  }
  return RESILIENCE_DEFAULTS.circuitBreaker.windowSize;
}

function probeDefault(timeoutMs: number): number {
  return timeoutMs === OFF ? RESILIENCE_DEFAULTS.circuitBreaker.probeTimeoutMs : timeoutMs;
}
