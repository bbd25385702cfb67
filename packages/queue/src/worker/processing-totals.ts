import type { JobOutcome } from '../channels.ts';

/** How this process's attempts went since the queue was created. */
export interface ProcessingStats {
  readonly attempts: Readonly<Record<JobOutcome, number>>;
  readonly meanDurationMs: number;
  readonly maxDurationMs: number;
}

/** Running totals; never grows. */
export class ProcessingTotals {
  readonly #attempts: Record<JobOutcome, number> = {
    completed: 0,
    retried: 0,
    dead: 0,
    parked: 0,
    returned: 0,
  };
  #count = 0;
  #totalMs = 0;
  #maxMs = 0;

  add(outcome: JobOutcome, durationMs: number): void {
    this.#attempts[outcome] += 1;
    this.#count += 1;
    this.#totalMs += durationMs;
    this.#maxMs = Math.max(this.#maxMs, durationMs);
  }

  stats(): ProcessingStats {
    const meanDurationMs = this.#count === 0 ? 0 : this.#totalMs / this.#count;
    return { attempts: { ...this.#attempts }, meanDurationMs, maxDurationMs: this.#maxMs };
  }
}
