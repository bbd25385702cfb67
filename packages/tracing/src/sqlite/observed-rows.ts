import type { RunningQuery } from '../database/query-observer.ts';

/** The rows of a running statement; the query is over with the last row, at the first error, or when a loop is left. */
export class ObservedRows implements IterableIterator<unknown> {
  readonly #query: RunningQuery;
  readonly #rows: IterableIterator<unknown>;

  /** Opens at once, as the statement itself does: wrong parameters throw here. */
  constructor(query: RunningQuery, open: () => IterableIterator<unknown>) {
    this.#query = query;
    this.#rows = this.#watch(open);
  }

  next(): IteratorResult<unknown> {
    const step = this.#watch(() => this.#rows.next());
    if (step.done === true) this.#query.finish();
    return step;
  }

  return(value?: unknown): IteratorResult<unknown> {
    this.#rows.return?.(value);
    this.#query.finish();
    return { done: true, value };
  }

  [Symbol.iterator](): this {
    return this;
  }

  #watch<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      this.#query.finish(error ?? new Error('unknown'));
      throw error;
    }
  }
}
