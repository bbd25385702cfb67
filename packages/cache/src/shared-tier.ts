import { createEntry, decodeEntry, type Entry, encodeEntry, uselessFrom } from './entry.ts';
import type { CacheSettings } from './options.ts';
import type { CacheStore, Invalidation } from './store.ts';
import { StoreGuard } from './store-guard.ts';
import type { ValueCodec } from './value-codec.ts';

export interface SharedTierEvents {
  onInvalidation(invalidation: Invalidation): void;
  onError(): void;
}

export interface Fetched {
  /** Undefined when the store has none. */
  readonly entry: Entry | undefined;
  readonly fence: string;
}

export type Removal = Exclude<Invalidation, { readonly kind: 'reset' }>;

/** The tier outside of this process. */
export class SharedTier<V> {
  readonly #store: CacheStore;
  readonly #guard: StoreGuard;
  readonly #codec: ValueCodec<V>;
  readonly #settings: CacheSettings;

  constructor(store: CacheStore, codec: ValueCodec<V>, settings: CacheSettings, events: SharedTierEvents) {
    this.#store = store;
    this.#codec = codec;
    this.#settings = settings;
    this.#guard = new StoreGuard(store, {
      ...settings,
      onError: (error) => {
        events.onError();
        settings.onError(error);
      },
    });
    store
      .listen((message) => events.onInvalidation(message))
      .catch((cause: unknown) => this.#guard.report('be listened to', cause));
  }

  /** @returns undefined when the store gave no answer */
  async fetch(key: string): Promise<Fetched | undefined> {
    const stored = await this.#guard.run('be read', (store) => store.get(key));
    if (stored === undefined) return undefined;
    const entry = stored.value === undefined ? undefined : this.#decode(stored.value);
    return { entry, fence: stored.fence };
  }

  /** @param fence of `fetch`; undefined writes over a removal */
  async write(key: string, entry: Entry, fence: string | undefined): Promise<void> {
    const { clock } = this.#settings;
    const keepMs = uselessFrom(entry) - clock.now();
    if (keepMs < 1) return;
    const storedAtWall = clock.wallTime() - (clock.now() - entry.storedAt);
    const bytes = encodeEntry(this.#codec.encode(entry.kept), storedAtWall, entry);
    await this.#guard.run('be written', (store) => store.set(key, bytes, Math.ceil(keepMs), fence));
  }

  /** @throws CacheStoreError */
  remove(removal: Removal): Promise<void> {
    return this.#guard.remove('remove a value', (store) => {
      if (removal.kind === 'key') return store.delete(removal.key);
      return removal.kind === 'matching' ? store.deleteMatching(removal.text) : store.clear();
    });
  }

  async close(): Promise<void> {
    await this.#guard.settled();
    await this.#store.close();
  }

  /** What cannot be read, written by another version for one, is as good as absent. */
  #decode(bytes: Uint8Array): Entry | undefined {
    const { clock } = this.#settings;
    try {
      const decoded = decodeEntry(bytes);
      if (decoded === undefined) return undefined;
      const { kept, sizeBytes } = this.#codec.decode(decoded.payload);
      // A clock that is ahead on another machine makes nothing younger than new.
      const ageMs = Math.max(0, clock.wallTime() - decoded.storedAtWall);
      return createEntry(kept, sizeBytes, clock.now() - ageMs, decoded.lifetime);
    } catch {
      return undefined;
    }
  }
}
