import { type Feature, type FeatureContext, snapshotsOf } from './feature.ts';

/** Fact `holdfast:cache:request`, as far as it is read here. */
interface CacheRequest {
  readonly cache: string;
  readonly outcome: string;
}

/** Snapshot of kind `cache.size`, as far as it is read here. */
interface CacheSnapshot {
  readonly cache: string;
  readonly keys: number;
  readonly size: number;
}

export function createCacheMetrics({ families, service, subscribe }: FeatureContext): Feature {
  const requests = families.counter({
    name: 'cache_requests_total',
    help: 'Requests to a cache by outcome: hit, stale, miss, error, bypass.',
    labelNames: ['cache', 'outcome'],
    service,
  });
  const pulled = (name: string, help: string) =>
    families.gauge({ name, help, labelNames: ['cache'], service, pulled: true });
  const keys = pulled('cache_keys', 'Values in the memory of this process.');
  const size = pulled('cache_size_bytes', 'Memory that these values take.');
  subscribe<CacheRequest>('holdfast:cache:request', ({ cache, outcome }) => {
    requests.at([cache, outcome]).value += 1;
  });
  return {
    apply(states) {
      keys.clear();
      size.clear();
      for (const snapshot of snapshotsOf<CacheSnapshot>(states, 'cache.size')) {
        // Several caches may have one name.
        keys.at([snapshot.cache]).value += snapshot.keys;
        size.at([snapshot.cache]).value += snapshot.size;
      }
    },
  };
}
