import { answerCollect } from './channels.ts';
import { type CacheStats, sumStats } from './statistics.ts';

/** What can be done to every cache of this process alike. */
export interface LiveCache {
  readonly name: string;
  getStats(): CacheStats;
  delete(key: string): Promise<void>;
  deleteMatching(text: string): Promise<void>;
  clear(): Promise<void>;
}

const live = new Set<LiveCache>();

/** @returns a function that takes the cache out again */
export function register(cache: LiveCache): () => void {
  live.add(cache);
  const endCollect = answerCollect(() => {
    const { keys, size, evictions } = cache.getStats();
    return { cache: cache.name, keys, size, evictions };
  });
  return () => {
    live.delete(cache);
    endCollect();
  };
}

/** Every cache of this process: response caches, memoized functions, caches made by hand. */
export const CacheInvalidation = {
  /** Removes the value under exactly this key. @throws CacheStoreError */
  byKey: (key: string): Promise<void> => each((cache) => cache.delete(key)),
  /** Removes every value whose key contains `text`. @throws CacheStoreError */
  byPattern: (text: string): Promise<void> => each((cache) => cache.deleteMatching(text)),
  /** @throws CacheStoreError */
  all: (): Promise<void> => each((cache) => cache.clear()),
  /** The sum over all caches. */
  stats: (): CacheStats => sumStats([...live].map((cache) => cache.getStats())),
} as const;

/** All of them are done before the first failure is told. */
async function each(act: (cache: LiveCache) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled([...live].map(act));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
