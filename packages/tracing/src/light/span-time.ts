import type { Clock } from '@holdfast/context/clock';
import type { TimeInput } from '@opentelemetry/api';

/** How far the two clocks may part before the wall clock is believed again. `Date.now()` itself steps by 1 ms. */
const TOLERANCE_MS = 2;

/**
 * Joins the monotonic clock to the wall clock: spans of one trace keep one offset, so a stepped system clock never
 * turns a child around, and a new trace notices the step.
 */
export class SpanTime {
  readonly #clock: Clock;
  #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.wallTime() - clock.now();
  }

  /** What to add to the monotonic time to get epoch milliseconds, measured anew. */
  offsetForNewTrace(): number {
    const offset = this.#clock.wallTime() - this.#clock.now();
    const drift = offset - this.#offsetMs;
    if (drift > TOLERANCE_MS || drift < -TOLERANCE_MS) this.#offsetMs = offset;
    return this.#offsetMs;
  }

  /** Epoch microseconds now, by an offset from `offsetForNewTrace()`. */
  nowUs(offsetMs: number): number {
    return Math.round((this.#clock.now() + offsetMs) * 1000);
  }

  /** Epoch microseconds of a time given by a caller: a date, `[seconds, nanoseconds]`, epoch ms or monotonic ms. */
  toUs(time: TimeInput, offsetMs: number): number {
    if (Array.isArray(time)) return time[0] * 1_000_000 + Math.round(time[1] / 1000);
    if (time instanceof Date) return time.getTime() * 1000;
    const epochMs = time <= this.#clock.now() ? time + offsetMs : time;
    return Math.round(epochMs * 1000);
  }
}

export function isTimeInput(value: unknown): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || (Array.isArray(value) && value.length === 2);
}
