import { type CacheOutcome, publishRequest } from './channels.ts';

/** Everything counted since the cache was made, in this process. */
export interface CacheStats {
  /** Answered from the cache, older answers included. */
  readonly hits: number;
  /** Loaded, or the load failed. */
  readonly misses: number;
  /** Values in the memory of this process. */
  readonly keys: number;
  /** Their size in bytes. */
  readonly size: number;
  /** Hits of all hits and misses, in percent with two decimals; 0 before the first. */
  readonly hitRate: number;
  /** Hits that were older than their time to live. */
  readonly staleHits: number;
  /** Callers who waited for a load that was under way. */
  readonly coalesced: number;
  /** Requests that were not for the cache. */
  readonly bypassed: number;
  readonly loadFailures: number;
  readonly storeErrors: number;
  /** Values that made place for others. */
  readonly evictions: number;
}

/** The counters of one cache; they tell `holdfast:cache:request` what they count. */
export class Statistics {
  hits = 0;
  misses = 0;
  staleHits = 0;
  coalesced = 0;
  bypassed = 0;
  loadFailures = 0;
  storeErrors = 0;
  readonly #cache: string;

  constructor(cache: string) {
    this.#cache = cache;
  }

  count(outcome: CacheOutcome): void {
    if (outcome === 'bypass') this.bypassed += 1;
    else if (outcome === 'hit' || outcome === 'stale') this.hits += 1;
    else this.misses += 1;
    if (outcome === 'stale') this.staleHits += 1;
    publishRequest(this.#cache, outcome);
  }

  read(tier: { readonly keys: number; readonly size: number; readonly evictions: number }): CacheStats {
    const { hits, misses, staleHits, coalesced, bypassed, loadFailures, storeErrors } = this;
    const { keys, size, evictions } = tier;
    const hitRate = hitRateOf(hits, misses);
    return {
      hits,
      misses,
      keys,
      size,
      hitRate,
      staleHits,
      coalesced,
      bypassed,
      loadFailures,
      storeErrors,
      evictions,
    };
  }
}

/** Adds up the statistics of several caches. */
export function sumStats(all: Iterable<CacheStats>): CacheStats {
  const sum = { ...new Statistics('all').read({ keys: 0, size: 0, evictions: 0 }) };
  for (const one of all) {
    for (const name of Object.keys(sum) as (keyof CacheStats)[]) sum[name] += one[name];
  }
  sum.hitRate = hitRateOf(sum.hits, sum.misses);
  return sum;
}

function hitRateOf(hits: number, misses: number): number {
  return hits === 0 ? 0 : Math.round((hits / (hits + misses)) * 10_000) / 100;
}
