import type { Clock } from '@holdfast/context/clock';
import { LRUCache } from '../lru-cache.ts';

/** How long requests for an answer that may not be shared do not wait for each other. */
const PASS_MS = 10_000;
const MOST_MARKS = 1_000;

/** Keys whose last answer could not be shared: to wait for the next one would only make a queue. */
export class PassMarks {
  readonly #marks: LRUCache<true>;

  constructor(clock: Clock) {
    this.#marks = new LRUCache({ maxSize: MOST_MARKS, ttl: PASS_MS, clock });
  }

  has(key: string): boolean {
    return this.#marks.has(key);
  }

  add(key: string): void {
    this.#marks.set(key, true);
  }

  delete(key: string): void {
    this.#marks.delete(key);
  }
}
