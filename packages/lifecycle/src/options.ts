import { type Clock, systemClock } from '@holdfast/context/clock';
import { LifecycleOptionError } from './errors.ts';
import type { ShutdownReport } from './shutdown-run.ts';
import type { ShutdownPhase, StepReport } from './shutdown-step.ts';

export interface LifecycleOptions {
  /** Overall limit of a shutdown, ms, 1 to 3,600,000. Keep it below the pod's grace period. Default 25,000. */
  timeoutMs?: number;
  /** Limit of a step that names none, ms, 1 to 3,600,000. Default 10,000. */
  stepTimeoutMs?: number;
  /**
   * How long requests are still taken after readiness has begun to answer 503, ms, 0 to `timeoutMs`. Behind a
   * balancer: longer than it takes to notice, in Kubernetes about 5000. Default 0.
   */
  readinessDelayMs?: number;
  /** Signals that begin a shutdown; none with `[]`. Default SIGTERM and SIGINT. */
  signals?: readonly NodeJS.Signals[];
  /**
   * How long a process that should end by itself after a signal may still live, ms, 0 to 3,600,000; then the signal
   * is raised again without us. Infinity leaves it alone. Default 1000.
   */
  exitGraceMs?: number;
  /** Called as each step ends. */
  onStep?: (step: StepReport) => void;
  /** Called at the end. Default: a process warning for each step that was not done. */
  onReport?: (report: ShutdownReport) => void;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

export interface StepOptions {
  /** Default `flush`: after the workers, before stores are closed. */
  phase?: ShutdownPhase;
  /** Limit of the step, ms. Default `stepTimeoutMs`. */
  timeoutMs?: number;
}

export interface LifecycleDefaults {
  readonly timeoutMs: number;
  readonly stepTimeoutMs: number;
  readonly readinessDelayMs: number;
  readonly exitGraceMs: number;
  readonly signals: readonly NodeJS.Signals[];
}

export const LIFECYCLE_DEFAULTS: LifecycleDefaults = Object.freeze({
  // Below the 30 s that Kubernetes gives a pod between SIGTERM and SIGKILL.
  timeoutMs: 25_000,
  stepTimeoutMs: 10_000,
  readinessDelayMs: 0,
  exitGraceMs: 1000,
  signals: Object.freeze(['SIGTERM', 'SIGINT'] as const),
});

export interface ResolvedLifecycle extends LifecycleDefaults {
  readonly clock: Clock;
}

/** @throws LifecycleOptionError */
export function resolveLifecycle(options: LifecycleOptions): ResolvedLifecycle {
  const { timeoutMs = LIFECYCLE_DEFAULTS.timeoutMs } = options;
  const settings = {
    timeoutMs,
    stepTimeoutMs: options.stepTimeoutMs ?? LIFECYCLE_DEFAULTS.stepTimeoutMs,
    readinessDelayMs: options.readinessDelayMs ?? LIFECYCLE_DEFAULTS.readinessDelayMs,
    exitGraceMs: options.exitGraceMs ?? LIFECYCLE_DEFAULTS.exitGraceMs,
    signals: options.signals ?? LIFECYCLE_DEFAULTS.signals,
    clock: options.clock ?? systemClock,
  };
  checkMs('createLifecycle', 'timeoutMs', timeoutMs, 1, 3_600_000);
  checkMs('createLifecycle', 'stepTimeoutMs', settings.stepTimeoutMs, 1, 3_600_000);
  checkMs('createLifecycle', 'readinessDelayMs', settings.readinessDelayMs, 0, timeoutMs);
  if (settings.exitGraceMs !== Number.POSITIVE_INFINITY) {
    checkMs('createLifecycle', 'exitGraceMs', settings.exitGraceMs, 0, 3_600_000);
  }
  return settings;
}

export interface HealthDefaults {
  readonly cacheMs: number;
  readonly startupRetryMs: number;
  readonly timeoutMs: number;
}

export const HEALTH_DEFAULTS: HealthDefaults = Object.freeze({
  cacheMs: 1000,
  startupRetryMs: 1000,
  // Below the 1 s after which a Kubernetes probe gives up, so that the answer still arrives.
  timeoutMs: 800,
});

/** @throws LifecycleOptionError naming the option, its value and its range */
export function checkMs(where: string, option: string, value: number, least: number, most: number): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  throw new LifecycleOptionError(
    option,
    `${where}: ${option} is ${value}; it must be ${least} to ${most} milliseconds.`,
  );
}

/** @throws LifecycleOptionError */
export function checkName(where: string, name: unknown): void {
  if (typeof name === 'string' && name !== '') return;
  throw new LifecycleOptionError(
    'name',
    `${where}: the name is ${JSON.stringify(name)}; it must be a string that says what it is.`,
  );
}
