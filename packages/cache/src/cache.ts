import type { Lifetime } from './entry.ts';
import { KeyedCache, type Loader } from './keyed-cache.ts';
import { register } from './live-caches.ts';
import { type CacheOptions, type LifetimeOptions, resolveCacheOptions, resolveLifetime } from './options.ts';
import type { CacheStats } from './statistics.ts';
import { copyingCodec, frozenCodec } from './value-codec.ts';

/** Values by key, in the memory of this process and, where there is a store, in one that several share. */
export interface Cache<V> extends AsyncDisposable {
  readonly name: string;
  /** The fresh value, or undefined. */
  get(key: string): Promise<V | undefined>;
  /** @throws UncacheableValueError, CacheStoreError */
  set(key: string, value: V, options?: LifetimeOptions): Promise<void>;
  /**
   * The value, loaded when there is no fresh one: once for all who ask meanwhile. Each of them may give up on its own;
   * the load does not.
   * @throws what `load` throws, when there is no older value to give; CacheLoadTimeoutError, UncacheableValueError
   */
  getOrLoad(key: string, load: Loader<V>): Promise<V>;
  /** @throws CacheStoreError when the store could not be told; this process has forgotten the value all the same */
  delete(key: string): Promise<void>;
  /** Removes every key that contains `text`. @throws CacheStoreError */
  deleteMatching(text: string): Promise<void>;
  /** @throws CacheStoreError */
  clear(): Promise<void>;
  /** What has happened since the cache was made, and how much it holds. */
  getStats(): CacheStats;
  /** Empties it and closes the store. `get`, `set` and `getOrLoad` fail with CacheClosedError from then on. */
  close(): Promise<void>;
}

/** @throws CacheOptionError */
export function createCache<V>(options: CacheOptions = {}): Cache<V> {
  const settings = resolveCacheOptions(options);
  const keyed = new KeyedCache<V>(settings, settings.share === 'frozen' ? frozenCodec() : copyingCodec());
  const { name } = settings;
  const cache: Cache<V> = {
    name,
    get: (key) => keyed.get(key),
    set: (key, value, own) => keyed.set(key, value, own === undefined ? {} : givenOf(own)),
    getOrLoad: (key, load) => keyed.getOrLoad(key, load),
    delete: (key) => keyed.delete(key),
    deleteMatching: (text) => keyed.deleteMatching(text),
    clear: () => keyed.clear(),
    getStats: () => keyed.stats(),
    close: () => {
      unregister();
      return keyed.close();
    },
    [Symbol.asyncDispose]: () => cache.close(),
  };
  const unregister = register(cache);
  return cache;
}

/** Only what is given: the rest is the cache's own. */
function givenOf(options: LifetimeOptions): Partial<Lifetime> {
  const resolved = resolveLifetime(options, 'set');
  const names = ['ttl', 'staleWhileRevalidateMs', 'staleIfErrorMs'] as const;
  return Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, resolved[name]]),
  );
}
