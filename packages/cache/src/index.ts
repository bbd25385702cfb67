export { type Cache, createCache } from './cache.ts';
export type { CacheOutcome, CacheRequest, CacheSnapshot } from './channels.ts';
export type { Lifetime } from './entry.ts';
export {
  CacheClosedError,
  CacheError,
  CacheKeyError,
  CacheLoadTimeoutError,
  CacheMissingPeerError,
  CacheOptionError,
  CacheStoreError,
  CollapsedRequestError,
  LoadAbandonedError,
  UncacheableValueError,
} from './errors.ts';
export type { LoadControl, Loader } from './keyed-cache.ts';
export { CacheInvalidation } from './live-caches.ts';
export { LRUCache, type LRUCacheOptions } from './lru-cache.ts';
export { type Memoized, type MemoizeOptions, memoize } from './memoize.ts';
export { CACHE_DEFAULTS, type CacheOptions, type LifetimeOptions, type NumberLike } from './options.ts';
export type { CacheStats } from './statistics.ts';
export type { CacheStore, CacheStoreFactory, Invalidation, Stored } from './store.ts';
