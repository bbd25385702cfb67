import { redisCacheStore } from '@holdfast/cache/stores/redis';
import { getCurrentTenantId } from '@holdfast/context';
import { type ResponseCacheHandler, responseCache } from '@holdfast/express/cache';
import type { Logger } from '@holdfast/logging';
import type { Config } from '../config.ts';

export interface ListCache {
  /** Answers `GET /orders` from memory, or from Redis; each tenant has its own. */
  readonly handler: ResponseCacheHandler;
  /** Forgets the lists of the tenant of the context, in every instance that shares the Redis. Never rejects. */
  invalidate(): Promise<void>;
}

/** Mount its handler behind `authenticate()`: the key of an answer has the tenant in it. */
export function createListCache(
  { cache, redisUrl }: Pick<Config, 'cache' | 'redisUrl'>,
  logger: Logger,
): ListCache {
  const onError = (err: unknown) => logger.warn({ err }, 'the cache of the lists is in trouble');
  const handler = responseCache({
    name: 'order-lists',
    ttl: cache.ttlMs,
    maxSize: cache.maxSize,
    ...(redisUrl === undefined ? {} : { store: redisCacheStore({ url: redisUrl }) }),
    onError,
  });
  return {
    handler,
    async invalidate() {
      // The order is committed: a cache that is away makes lists old for `CACHE_TTL`, and the request succeeds.
      await handler.cache.deleteTenant(getCurrentTenantId() ?? '').catch(onError);
    },
  };
}
