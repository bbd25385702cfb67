/** How many slices a window has: an event is forgotten after 90 to 100 % of the window. */
const SLICES = 10;

/** Counts events of the last `windowMs`, in a ring of fixed size. */
export class RollingCounter {
  readonly #sliceMs: number;
  readonly #slices: number[] = Array.from({ length: SLICES }, () => 0);
  #current = 0;
  #total = 0;

  constructor(windowMs: number) {
    this.#sliceMs = windowMs / SLICES;
  }

  /** @param now monotonic ms, never less than before */
  add(now: number): void {
    const slice = this.#advance(now);
    this.#slices[slice] = (this.#slices[slice] ?? 0) + 1;
    this.#total += 1;
  }

  total(now: number): number {
    this.#advance(now);
    return this.#total;
  }

  clear(): void {
    this.#slices.fill(0);
    this.#total = 0;
  }

  #advance(now: number): number {
    const target = Math.floor(now / this.#sliceMs);
    if (target !== this.#current) this.#forget(target);
    return target % SLICES;
  }

  #forget(target: number): void {
    if (target - this.#current >= SLICES) this.clear();
    else for (let slice = this.#current + 1; slice <= target; slice += 1) this.#empty(slice % SLICES);
    this.#current = target;
  }

  #empty(slice: number): void {
    this.#total -= this.#slices[slice] ?? 0;
    this.#slices[slice] = 0;
  }
}
