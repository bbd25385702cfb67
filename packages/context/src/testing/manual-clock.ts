import type { Clock, Timer } from '../clock.ts';

interface PendingTimer {
  readonly dueAt: number;
  readonly sequence: number;
  readonly callback: () => void;
}

/** A clock that stands still until told: timers fire in order of their time, none on its own. */
export class ManualClock implements Clock {
  #now = 0;
  #sequence = 0;
  readonly #wallStart: number;
  readonly #pending = new Set<PendingTimer>();

  /** @param wallTime epoch milliseconds at the start, default 2026-01-01T00:00:00Z */
  constructor(wallTime = 1_767_225_600_000) {
    this.#wallStart = wallTime;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#wallStart + this.#now;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer = { dueAt: this.#now + Math.max(0, delayMs), sequence: this.#sequence++, callback };
    this.#pending.add(timer);
    return { cancel: () => void this.#pending.delete(timer) };
  }

  /** How many timers wait: zero shows that nothing was left behind. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  /** Moves time forward, firing what falls due and letting promises settle before and after each timer. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    await settle();
    for (let next = this.#nextDue(target); next !== undefined; next = this.#nextDue(target)) {
      this.#pending.delete(next);
      this.#now = next.dueAt;
      next.callback();
      await settle();
    }
    this.#now = target;
    await settle();
  }

  #nextDue(until: number): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of this.#pending) {
      if (timer.dueAt > until) continue;
      if (first === undefined || timer.dueAt < first.dueAt) first = timer;
      else if (timer.dueAt === first.dueAt && timer.sequence < first.sequence) first = timer;
    }
    return first;
  }
}

/** One turn of the event loop: every promise chain that waits for nothing else has run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
