/** Four buckets to a doubling, from 1 us to 71 minutes: a percentile is at most 12.5 % off. */
const BUCKETS_PER_DOUBLING = 4;
const BUCKETS = 32 * BUCKETS_PER_DOUBLING;
const LONGEST_US = 2 ** 32 - 1;

/** Durations of the last one to two windows, in a fixed number of buckets. */
export class LatencyHistogram {
  readonly #windowMs: number;
  #current = new Uint32Array(BUCKETS);
  #previous = new Uint32Array(BUCKETS);
  #currentSince = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  record(durationMs: number, now: number): void {
    this.#rotate(now);
    const bucket = bucketOf(durationMs);
    this.#current[bucket] = (this.#current[bucket] ?? 0) + 1;
  }

  /** The durations in ms at or below which these shares (0 to 1, ascending) of the calls were; 0 without calls. */
  percentiles(shares: readonly number[], now: number): number[] {
    this.#rotate(now);
    const counts = this.#current.map((count, bucket) => count + (this.#previous[bucket] ?? 0));
    const calls = counts.reduce((sum, count) => sum + count, 0);
    let bucket = -1;
    let reached = 0;
    return shares.map((share) => {
      if (calls === 0) return 0;
      while (reached < Math.max(1, share * calls)) {
        bucket += 1;
        reached += counts[bucket] ?? 0;
      }
      return middleOf(bucket);
    });
  }

  clear(): void {
    this.#current.fill(0);
    this.#previous.fill(0);
  }

  #rotate(now: number): void {
    const age = now - this.#currentSince;
    if (age < this.#windowMs) return;
    const emptied = this.#previous.fill(0);
    if (age < 2 * this.#windowMs) {
      this.#previous = this.#current;
      this.#current = emptied;
    } else {
      this.#current.fill(0);
    }
    this.#currentSince = now;
  }
}

function bucketOf(durationMs: number): number {
  const us = Math.min(LONGEST_US, Math.max(1, durationMs * 1000)) >>> 0;
  const doubling = 31 - Math.clz32(us);
  const quarter = doubling < 2 ? 0 : (us >>> (doubling - 2)) & 3;
  return doubling * BUCKETS_PER_DOUBLING + quarter;
}

function middleOf(bucket: number): number {
  const doubling = Math.floor(bucket / BUCKETS_PER_DOUBLING);
  const quarter = bucket % BUCKETS_PER_DOUBLING;
  return (2 ** doubling * (1 + (quarter + 0.5) / BUCKETS_PER_DOUBLING)) / 1000;
}
