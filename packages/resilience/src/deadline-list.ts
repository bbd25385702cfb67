import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '@holdfast/context/clock';

/** Something that ends at a time, linked into at most one list. */
export interface DeadlineEntry {
  /** Monotonic ms. */
  readonly at: number;
  previous: DeadlineEntry | undefined;
  next: DeadlineEntry | undefined;
  listed: boolean;
  expire(): void;
}

/** A timer keeps the async context it was set in: not that of some request, which others would then share. */
const outsideOfRequests = AsyncLocalStorage.snapshot();

/**
 * The deadlines of calls that all have the same limit: they end in the order in which they began, so one timer, for the
 * first of them, serves all. It is left to fire when the list runs empty, rather than be set anew for each call.
 */
export class DeadlineList {
  readonly #clock: Clock;
  readonly durationMs: number;
  #first: DeadlineEntry | undefined;
  #last: DeadlineEntry | undefined;
  #armed = false;

  constructor(clock: Clock, durationMs: number) {
    this.#clock = clock;
    this.durationMs = durationMs;
  }

  add(entry: DeadlineEntry): void {
    entry.listed = true;
    entry.previous = this.#last;
    if (this.#last === undefined) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    if (!this.#armed) this.#arm(this.durationMs);
  }

  remove(entry: DeadlineEntry): void {
    if (!entry.listed) return;
    const { previous, next } = entry;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    entry.previous = undefined;
    entry.next = undefined;
    entry.listed = false;
  }

  #arm(delayMs: number): void {
    this.#armed = true;
    outsideOfRequests(() => this.#clock.setTimer(() => this.#fire(), delayMs));
  }

  #fire(): void {
    const now = this.#clock.now();
    while (this.#first !== undefined && this.#first.at <= now) {
      const entry = this.#first;
      this.remove(entry);
      entry.expire();
    }
    this.#armed = false;
    // Node may fire a millisecond early; then the first entry is still to come.
    if (this.#first !== undefined) this.#arm(Math.max(1, this.#first.at - now));
  }
}
