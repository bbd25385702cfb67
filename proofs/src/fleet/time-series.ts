/** Events counted by the tenth of a second in which they happened. */
const SLICE_MS = 100;

export class TimeSeries {
  readonly #counts: number[];

  constructor(durationMs: number) {
    this.#counts = Array.from({ length: Math.ceil(durationMs / SLICE_MS) + 1 }, () => 0);
  }

  add(atMs: number): void {
    const slice = Math.floor(atMs / SLICE_MS);
    this.#counts[slice] = (this.#counts[slice] ?? 0) + 1;
  }

  /** Events from `fromMs` (included) to `toMs` (excluded), whole tenths of a second. */
  between(fromMs: number, toMs: number): number {
    return this.#slices(fromMs, toMs).reduce((sum, count) => sum + count, 0);
  }

  /** The most events in one tenth of a second. */
  busiest(fromMs: number, toMs: number): number {
    return Math.max(...this.#slices(fromMs, toMs));
  }

  #slices(fromMs: number, toMs: number): number[] {
    return this.#counts.slice(Math.round(fromMs / SLICE_MS), Math.round(toMs / SLICE_MS));
  }
}
