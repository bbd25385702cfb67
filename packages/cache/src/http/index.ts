export type { CacheStats } from '../statistics.ts';
export { OnlyIfCachedError } from './errors.ts';
export { createHttpCache, type HttpCache } from './http-cache.ts';
export {
  HTTP_CACHE_DEFAULTS,
  type HttpCacheOptions,
  type HttpCacheRequest,
} from './options.ts';
export { type KeyParts, requestKey } from './request-key.ts';
