import type { Clock } from '@holdfast/context/clock';
import {
  runStep,
  SHUTDOWN_PHASES,
  type ShutdownPhase,
  type ShutdownStep,
  type StepReport,
} from './shutdown-step.ts';

/** What a shutdown did. */
export interface ShutdownReport {
  /** The name of a signal, or what `shutdown()` was given. */
  readonly reason: string;
  /** Whether every step was done. */
  readonly ok: boolean;
  readonly durationMs: number;
  /** In the order in which they ended. */
  readonly steps: readonly StepReport[];
}

export interface ShutdownPlan {
  /** Steps may be added to phases that have not begun. */
  readonly steps: readonly ShutdownStep[];
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly reason: string;
  onPhase(phase: ShutdownPhase): void;
  onStep(step: StepReport): void;
}

/** What a phase may not use up of the overall limit, for each later phase that has steps. */
const LONGEST_RESERVE_MS = 1000;

/**
 * Runs the phases one after another and the steps of a phase side by side. A step that fails or hangs is reported
 * and stops nothing; each later phase keeps its turn, since some of the overall limit is kept for it.
 */
export async function runShutdown(plan: ShutdownPlan): Promise<ShutdownReport> {
  const { clock, reason, timeoutMs } = plan;
  const startedAt = clock.now();
  const endsAt = startedAt + timeoutMs;
  const reserveMs = Math.min(LONGEST_RESERVE_MS, timeoutMs / 10);
  const reports: StepReport[] = [];
  for (const [i, phase] of SHUTDOWN_PHASES.entries()) {
    plan.onPhase(phase);
    const later = SHUTDOWN_PHASES.slice(i + 1).filter((other) =>
      plan.steps.some((step) => step.phase === other),
    );
    const phaseEndsAt = endsAt - reserveMs * later.length;
    const running = plan.steps
      .filter((step) => step.phase === phase)
      .map(async (step) => {
        const report = await runStep(step, clock, phaseEndsAt, reason);
        reports.push(report);
        plan.onStep(report);
      });
    await Promise.all(running);
  }
  return {
    reason,
    ok: reports.every(({ outcome }) => outcome === 'done'),
    durationMs: clock.now() - startedAt,
    steps: reports,
  };
}
