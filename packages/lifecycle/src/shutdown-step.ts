import type { Clock } from '@holdfast/context/clock';
import { StepTimeoutError } from './errors.ts';

/**
 * The phases in the order in which they run: readiness answers 503 and the balancer is waited for; no new
 * connections; requests end; workers and consumers stop; what is buffered is written out; stores are closed.
 */
export const SHUTDOWN_PHASES = ['readiness', 'accept', 'drain', 'workers', 'flush', 'close'] as const;

/** In this order; the next begins when every step of the one before has ended or used up its time. */
export type ShutdownPhase = (typeof SHUTDOWN_PHASES)[number];

/** What a step is told. */
export interface StepContext {
  /** Aborts when the step has used up its time. */
  readonly signal: AbortSignal;
  /** What began the shutdown: the name of a signal, or what `shutdown()` was given. */
  readonly reason: string;
  /** Milliseconds until the signal aborts. */
  remainingMs(): number;
}

/** A step of a shutdown, sync or async; what it throws is reported and stops no other step. */
export type StepFunction = (context: StepContext) => unknown;

export interface ShutdownStep {
  readonly name: string;
  readonly phase: ShutdownPhase;
  readonly timeoutMs: number;
  readonly run: StepFunction;
}

/** How one step ended. */
export interface StepReport {
  readonly name: string;
  readonly phase: ShutdownPhase;
  /** `skipped`: no time was left, it was not run. */
  readonly outcome: 'done' | 'failed' | 'timed-out' | 'skipped';
  readonly durationMs: number;
  /** What the step threw, or that its time was up. */
  readonly error?: unknown;
}

/** Runs one step within its own limit and that of its phase. Never rejects. */
export function runStep(
  step: ShutdownStep,
  clock: Clock,
  phaseEndsAt: number,
  reason: string,
): Promise<StepReport> {
  const { name, phase } = step;
  const startedAt = clock.now();
  const limitMs = Math.min(step.timeoutMs, phaseEndsAt - startedAt);
  if (limitMs <= 0) return Promise.resolve({ name, phase, outcome: 'skipped', durationMs: 0 });
  const controller = new AbortController();
  const endsAt = startedAt + limitMs;
  const remainingMs = () => Math.max(0, endsAt - clock.now());
  return new Promise((resolve) => {
    const settle = (outcome: StepReport['outcome'], failure?: { readonly error: unknown }) => {
      timer.cancel();
      resolve({ name, phase, outcome, durationMs: clock.now() - startedAt, ...failure });
    };
    const timer = clock.setTimer(
      () => {
        const error = new StepTimeoutError(name, limitMs);
        settle('timed-out', { error });
        controller.abort(error);
      },
      limitMs,
      { keepAlive: true },
    );
    callAsync(step.run, { signal: controller.signal, reason, remainingMs }).then(
      () => settle('done'),
      (error: unknown) => settle('failed', { error }),
    );
  });
}

async function callAsync(run: StepFunction, context: StepContext): Promise<void> {
  await run(context);
}
