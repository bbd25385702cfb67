import type { Clock } from '@holdfast/context/clock';
import { CheckTimeoutError, errorLabel } from './errors.ts';

/** How a dependency is: `degraded` is still used; while a critical one is `down`, the service takes no requests. */
export type CheckStatus = 'up' | 'degraded' | 'down';

/**
 * Asks a dependency, sync or async. A throw, `false` or `'down'` is down, `'degraded'` is degraded, anything else is
 * up, so that `() => redis.ping()` is a check.
 * @param context `signal` aborts when the check has taken too long
 */
export type CheckFunction = (context: { readonly signal: AbortSignal }) => unknown;

/** What a check found, without a word that could give away its insides. */
export interface CheckResult {
  readonly status: CheckStatus;
  readonly durationMs: number;
  /** Epoch ms. */
  readonly checkedAt: number;
  /** Code or name of the error, never its message. */
  readonly error?: string;
}

export interface HealthCheck {
  /** The last result while it is fresh, else a new one; callers at the same time share it. Never rejects. */
  read(): Promise<CheckResult>;
}

export interface CheckSettings {
  readonly name: string;
  readonly check: CheckFunction;
  readonly cacheMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** While calls hang, fewer and fewer are added to them. */
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 300_000;

export function createHealthCheck(settings: CheckSettings): HealthCheck {
  const { cacheMs, clock } = settings;
  let running: Promise<CheckResult> | undefined;
  let last: { readonly result: CheckResult; readonly at: number } | undefined;
  /** Calls that were given up and have not ended yet. */
  let hanging = 0;

  const freshMs = () =>
    hanging === 0
      ? cacheMs
      : Math.max(cacheMs, Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** hanging));

  async function run(): Promise<CheckResult> {
    const result = await callWithin(settings, (settled) => {
      hanging += 1;
      void settled.then(() => {
        hanging -= 1;
      });
    });
    last = { result, at: clock.now() };
    running = undefined;
    return result;
  }

  return {
    read() {
      if (running !== undefined) return running;
      if (last !== undefined && clock.now() - last.at < freshMs()) return Promise.resolve(last.result);
      running = run();
      return running;
    },
  };
}

/** @param onLeft is given the end of a call that took too long */
function callWithin(
  { name, check, timeoutMs, clock }: CheckSettings,
  onLeft: (settled: Promise<void>) => void,
): Promise<CheckResult> {
  const startedAt = clock.now();
  const checkedAt = clock.wallTime();
  const controller = new AbortController();
  const resultOf = (status: CheckStatus, error?: unknown): CheckResult => ({
    status,
    durationMs: clock.now() - startedAt,
    checkedAt,
    ...(error === undefined ? {} : { error: errorLabel(error) }),
  });
  return new Promise((resolve) => {
    const answer = callSafely(check, controller.signal).then(
      (value) => resolve(resultOf(statusOf(value))),
      (error: unknown) => resolve(resultOf('down', error ?? new Error('no reason'))),
    );
    const timer = clock.setTimer(
      () => {
        const error = new CheckTimeoutError(name, timeoutMs);
        resolve(resultOf('down', error));
        onLeft(answer);
        controller.abort(error);
      },
      timeoutMs,
      { keepAlive: true },
    );
    void answer.then(() => timer.cancel());
  });
}

async function callSafely(check: CheckFunction, signal: AbortSignal): Promise<unknown> {
  return check({ signal });
}

function statusOf(answer: unknown): CheckStatus {
  if (answer === false || answer === 'down') return 'down';
  return answer === 'degraded' ? 'degraded' : 'up';
}
