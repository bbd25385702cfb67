/** What handlers saw; tests wait for it, never for time. */
export class Seen<T> {
  readonly all: T[] = [];
  readonly #waiters = new Set<{
    readonly done: (all: readonly T[]) => boolean;
    readonly resolve: () => void;
  }>();

  add(item: T): void {
    this.all.push(item);
    for (const waiter of this.#waiters) {
      if (!waiter.done(this.all)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  async until(done: (all: readonly T[]) => boolean): Promise<readonly T[]> {
    if (!done(this.all)) await new Promise<void>((resolve) => this.#waiters.add({ done, resolve }));
    return this.all;
  }

  count(count: number): Promise<readonly T[]> {
    return this.until((all) => all.length >= count);
  }
}
