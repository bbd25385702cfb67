import type { Clock } from '@holdfast/context/clock';
import { errorLabel, StartupStepError } from './errors.ts';

/** A step that must end once before the service takes requests: migrations, a cache to fill, a model to load. */
export type StartupFunction = () => unknown;

/** How far one start-up step is. */
export interface StartupStepResult {
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** How long it took, or has been running so far. 0 while it waits. */
  readonly durationMs: number;
  /** Calls of its function. */
  readonly attempts: number;
  /** Code or name of the last error, never its message. */
  readonly error?: string;
}

export interface WarmUp {
  readonly isDone: boolean;
  readonly steps: Readonly<Record<string, StartupStepResult>>;
  /**
   * Runs the steps that are not done, one after another; joins the run that is under way.
   * @throws StartupStepError, the steps after it not having run
   */
  run(): Promise<void>;
  /** As `run` for a probe: at most once within `retryMs` of a failure, and without an answer. */
  nudge(): void;
}

export interface WarmUpSettings {
  readonly steps: Readonly<Record<string, StartupFunction>>;
  readonly retryMs: number;
  readonly clock: Clock;
}

interface Step {
  readonly name: string;
  readonly run: StartupFunction;
  status: StartupStepResult['status'];
  attempts: number;
  startedAt: number;
  endedAt: number;
  error: string | undefined;
}

/**
 * A step has no limit of its own: to call it again while the first call goes on would do its work twice. The limit is
 * the orchestrator's, which restarts a container whose start-up probe fails for too long.
 */
export function createWarmUp({ steps: functions, retryMs, clock }: WarmUpSettings): WarmUp {
  const steps = Object.entries(functions).map(
    ([name, run]): Step => ({
      name,
      run,
      status: 'waiting',
      attempts: 0,
      startedAt: 0,
      endedAt: 0,
      error: undefined,
    }),
  );
  let isDone = steps.length === 0;
  let running: Promise<void> | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;

  async function runAll(): Promise<void> {
    for (const step of steps) {
      if (step.status !== 'done') await runStep(step, clock);
    }
    isDone = true;
  }

  function run(): Promise<void> {
    if (isDone) return Promise.resolve();
    running ??= runAll()
      .catch((error: unknown) => {
        failedAt = clock.now();
        throw error;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  return {
    get isDone() {
      return isDone;
    },
    get steps() {
      return Object.fromEntries(steps.map((step) => [step.name, resultOf(step, clock)]));
    },
    run,
    nudge() {
      if (isDone || running !== undefined || clock.now() - failedAt < retryMs) return;
      // The failure shows in the steps, which the probe answers with.
      run().catch(() => {});
    },
  };
}

/** @throws StartupStepError */
async function runStep(step: Step, clock: Clock): Promise<void> {
  step.status = 'running';
  step.attempts += 1;
  step.startedAt = clock.now();
  try {
    await step.run();
    step.status = 'done';
    step.error = undefined;
  } catch (cause) {
    step.status = 'failed';
    step.error = errorLabel(cause);
    throw new StartupStepError(step.name, cause);
  } finally {
    step.endedAt = clock.now();
  }
}

function resultOf({ status, attempts, startedAt, endedAt, error }: Step, clock: Clock): StartupStepResult {
  const until = status === 'running' ? clock.now() : endedAt;
  return { status, attempts, durationMs: until - startedAt, ...(error === undefined ? {} : { error }) };
}
