import { channel } from 'node:diagnostics_channel';
import { COLLECT_CHANNEL, type CollectRequest, subscribeSafely } from '@holdfast/context/channels';

/**
 * How a request to a cache ended: `hit` fresh, `stale` an older answer, `miss` loaded, `error` the load failed and
 * nothing older was there, `bypass` not for the cache.
 */
export type CacheOutcome = 'hit' | 'stale' | 'miss' | 'error' | 'bypass';

/** The fact on `holdfast:cache:request`. */
export interface CacheRequest {
  readonly cache: string;
  readonly outcome: CacheOutcome;
}

/** The answer to `holdfast:metrics:collect`, kind `cache.size`. */
export interface CacheSnapshot {
  readonly cache: string;
  /** How many values are in the memory of this process. */
  readonly keys: number;
  /** Their size in bytes, keys and bookkeeping included as far as known. */
  readonly size: number;
  /** Values that were removed to make room, since the cache was made. */
  readonly evictions: number;
}

const requests = channel('holdfast:cache:request');

export function publishRequest(cache: string, outcome: CacheOutcome): void {
  if (requests.hasSubscribers) requests.publish({ cache, outcome } satisfies CacheRequest);
}

/** @returns a function that ends it */
export function answerCollect(snapshot: () => CacheSnapshot): () => void {
  return subscribeSafely<CollectRequest>(COLLECT_CHANNEL, (request) => request.add('cache.size', snapshot()));
}
