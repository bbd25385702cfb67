/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class LifecycleError extends Error {
  abstract readonly code: string;
}

/** An option or argument that cannot be used. */
export class LifecycleOptionError extends LifecycleError {
  override readonly name = 'LifecycleOptionError';
  readonly code = 'ERR_LIFECYCLE_OPTION';
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** A step was added for a phase that the running shutdown has already begun. */
export class ShutdownBegunError extends LifecycleError {
  override readonly name = 'ShutdownBegunError';
  readonly code = 'ERR_LIFECYCLE_SHUTDOWN_BEGUN';
  readonly step: string;

  constructor(step: string, phase: string) {
    super(
      `The shutdown step "${step}" comes too late: phase ${phase} has begun. Add steps when their resource is made, and make none while isShuttingDown.`,
    );
    this.step = step;
  }
}

/** A shutdown step did not end within its limit. It is also the reason of the aborted signal that the step got. */
export class StepTimeoutError extends LifecycleError {
  override readonly name = 'StepTimeoutError';
  readonly code = 'ERR_LIFECYCLE_STEP_TIMEOUT';
  readonly step: string;
  readonly limitMs: number;

  constructor(step: string, limitMs: number) {
    super(
      `The shutdown step "${step}" did not end within ${Math.round(limitMs)} ms and was left behind. Give it a larger timeoutMs, or end it when its signal aborts.`,
    );
    this.step = step;
    this.limitMs = limitMs;
  }
}

/** A start-up step failed. The service stays unready; the cause is the step's own error. */
export class StartupStepError extends LifecycleError {
  override readonly name = 'StartupStepError';
  readonly code = 'ERR_LIFECYCLE_STARTUP_STEP';
  readonly step: string;

  constructor(step: string, cause: unknown) {
    super(
      `The start-up step "${step}" failed (${errorLabel(cause)}), and the service stays unready. See the cause; start() and every start-up probe try again.`,
      { cause },
    );
    this.step = step;
  }
}

/** A health check did not answer within its limit. It is also the reason of the aborted signal that the check got. */
export class CheckTimeoutError extends LifecycleError {
  override readonly name = 'CheckTimeoutError';
  readonly code = 'ERR_HEALTH_CHECK_TIMEOUT';
  readonly check: string;

  constructor(check: string, timeoutMs: number) {
    super(
      `The health check "${check}" did not answer within ${timeoutMs} ms. Give it a larger timeoutMs, or make it cheaper.`,
    );
    this.check = check;
  }
}

/** What may be shown of any error: its code or its name, never its message, which may hold a host or a secret. */
export function errorLabel(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
