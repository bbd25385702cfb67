import { errorLabel } from './errors.ts';
import type { ShutdownReport } from './shutdown-run.ts';

/** The default of `onReport`: nobody should have to ask for the news that a step failed. */
export function warnOfFailures({ steps }: ShutdownReport): void {
  for (const { name, phase, outcome, error } of steps) {
    if (outcome === 'done') continue;
    const reason = error === undefined ? '' : `: ${errorLabel(error)}`;
    process.emitWarning(`The shutdown step "${name}" of phase ${phase} is ${outcome}${reason}.`, {
      type: 'HoldfastShutdownWarning',
      code: 'HOLDFAST_SHUTDOWN',
    });
  }
}

/** What the application does with a report must not stop the shutdown. */
export function callSafely(call: () => void): void {
  try {
    call();
  } catch (error) {
    process.emitWarning(`A shutdown callback threw ${errorLabel(error)}.`, {
      type: 'HoldfastShutdownWarning',
    });
  }
}
