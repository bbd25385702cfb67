import { createEntry, type Entry, type Lifetime } from './entry.ts';
import { CacheClosedError, UncacheableValueError } from './errors.ts';
import { Load, limited, withoutDeadline } from './load.ts';
import { LocalTier } from './local-tier.ts';
import type { CacheSettings } from './options.ts';
import { type Removal, SharedTier } from './shared-tier.ts';
import { type CacheStats, Statistics } from './statistics.ts';
import type { Invalidation } from './store.ts';
import type { Kept, ValueCodec } from './value-codec.ts';

/** What a load is given, and may decide for its own value. */
export interface LoadControl {
  /** Aborts when nobody waits any more, and after `loadTimeoutMs`. */
  readonly signal: AbortSignal;
  /** Lets this value live otherwise than the cache's own. */
  readonly keepFor: (lifetime: Partial<Lifetime>) => void;
  /** Gives this value to those who wait, and keeps it for nobody else. */
  readonly doNotKeep: () => void;
}

/** Makes the value that is not there. What it throws goes to all who wait for it, unless an older value may be given. */
export type Loader<V> = (control: LoadControl) => V | Promise<V>;

export interface LoadOptions {
  /**
   * Who loads when the value is older than its time to live: somebody in the `background`, while every caller gets the
   * older value; or the first `caller`, while the others get it.
   */
  readonly refresh: 'background' | 'caller';
  /** Whether the load goes on without its caller's deadline, and within `loadTimeoutMs`. */
  readonly detached: boolean;
  /** Whether a fresh value is passed over. */
  readonly force: boolean;
}

/** A value and where it comes from. */
export interface Found<V> {
  readonly value: V;
  readonly outcome: 'hit' | 'stale' | 'miss';
  /** Since its making. */
  readonly ageMs: number;
  /** How much longer it is fresh; negative for an older value. */
  readonly freshMs: number;
}

interface Loaded {
  readonly entry: Entry;
  readonly outcome: Found<unknown>['outcome'];
}

/** What a loader has decided for its value. */
interface Decision {
  lifetime: Partial<Lifetime>;
  isKept: boolean;
}

const IN_BACKGROUND: LoadOptions = Object.freeze({ refresh: 'background', detached: true, force: false });

/** Two tiers, one load for each key, and older values where that is allowed. */
export class KeyedCache<V> {
  readonly settings: CacheSettings;
  readonly statistics: Statistics;
  readonly #codec: ValueCodec<V>;
  readonly #local: LocalTier;
  readonly #shared: SharedTier<V> | undefined;
  readonly #loads = new Map<string, Load<Loaded>>();
  /** Changes with every removal, so that what was read before one is not kept after it. */
  #removals = 0;
  #isClosed = false;

  constructor(settings: CacheSettings, codec: ValueCodec<V>) {
    this.settings = settings;
    this.#codec = codec;
    this.statistics = new Statistics(settings.name);
    this.#local = new LocalTier(settings);
    if (settings.store === undefined) return;
    this.#shared = new SharedTier(settings.store(settings.name), codec, settings, {
      onInvalidation: (invalidation) => this.#forget(invalidation),
      onError: () => (this.statistics.storeErrors += 1),
    });
  }

  /** A fresh value that this process has, without asking anybody. Counts nothing. */
  peek(key: string): Found<V> | undefined {
    const entry = this.#local.get(key);
    if (entry === undefined || entry.freshUntil <= this.#now()) return undefined;
    return this.#foundOf(entry, 'hit');
  }

  async get(key: string): Promise<V | undefined> {
    this.#refuseWhenClosed();
    const entry = this.#local.get(key) ?? (await this.#fetchAndKeep(key));
    const isHit = entry !== undefined && entry.freshUntil > this.#now();
    this.statistics.count(isHit ? 'hit' : 'miss');
    return isHit ? this.#codec.give(entry.kept) : undefined;
  }

  /** @throws UncacheableValueError, CacheStoreError */
  async set(key: string, value: V, lifetime: Partial<Lifetime> = {}): Promise<void> {
    this.#refuseWhenClosed();
    const entry = this.#entryOf(this.#keep(value), lifetime);
    // A load that began before would write an older value over this one, here or in another process.
    this.#forget({ kind: 'key', key });
    const isFit = this.#putLocal(key, entry);
    await this.#shared?.remove({ kind: 'key', key });
    if (isFit) await this.#shared?.write(key, entry, undefined);
  }

  /** `resolve`, counted. */
  async getOrLoad(key: string, loader: Loader<V>): Promise<V> {
    try {
      const { value, outcome } = await this.resolve(key, loader, IN_BACKGROUND);
      this.statistics.count(outcome);
      return value;
    } catch (error) {
      this.statistics.count('error');
      throw error;
    }
  }

  /**
   * The value, loaded by one for all where there is none to give. A caller who waited for another's load has a `hit`.
   * @throws what the loader throws
   */
  async resolve(key: string, loader: Loader<V>, options: LoadOptions): Promise<Found<V>> {
    this.#refuseWhenClosed();
    const entry = this.#local.get(key);
    if (entry !== undefined && !options.force) {
      const now = this.#now();
      if (entry.freshUntil > now) return this.#foundOf(entry, 'hit');
      if (this.#mayGiveStale(key, entry, now, options)) {
        if (options.refresh === 'background' && entry.retryAt <= now)
          this.#refresh(key, loader, options, entry);
        return this.#foundOf(entry, 'stale');
      }
    }
    return this.#join(key, loader, options, entry);
  }

  /** @throws CacheStoreError when the store could not be told; this process has forgotten the value all the same */
  async delete(key: string): Promise<void> {
    await this.#remove({ kind: 'key', key });
  }

  /** Removes every key that contains `text`. @throws CacheStoreError */
  async deleteMatching(text: string): Promise<void> {
    await this.#remove({ kind: 'matching', text });
  }

  /** @throws CacheStoreError */
  async clear(): Promise<void> {
    await this.#remove({ kind: 'all' });
  }

  stats(): CacheStats {
    return this.statistics.read(this.#local);
  }

  /** Waits for what is being written to the store; loads under way end without being kept. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#forget({ kind: 'all' });
    await this.#shared?.close();
  }

  #now(): number {
    return this.settings.clock.now();
  }

  #refuseWhenClosed(): void {
    if (this.#isClosed) throw new CacheClosedError(this.settings.name);
  }

  #mayGiveStale(key: string, entry: Entry, now: number, { refresh }: LoadOptions): boolean {
    if (entry.retryAt > now && entry.errorUntil > now) return true;
    if (entry.staleUntil <= now) return false;
    return refresh === 'background' || this.#loads.has(key);
  }

  #refresh(key: string, loader: Loader<V>, options: LoadOptions, older: Entry): void {
    if (this.#isClosed || this.#loads.has(key)) return;
    const load = this.#begin(key, loader, options, older);
    load.hold();
    load.promise.catch((error: Error) => this.settings.onError(error));
  }

  async #join(
    key: string,
    loader: Loader<V>,
    options: LoadOptions,
    older: Entry | undefined,
  ): Promise<Found<V>> {
    const running = this.#loads.get(key);
    if (running !== undefined) this.statistics.coalesced += 1;
    const { entry, outcome } = await (running ?? this.#begin(key, loader, options, older)).wait();
    return this.#foundOf(entry, running !== undefined && outcome === 'miss' ? 'hit' : outcome);
  }

  #foundOf(entry: Entry, outcome: Found<V>['outcome']): Found<V> {
    const now = this.#now();
    const value = this.#codec.give(entry.kept);
    return { value, outcome, ageMs: Math.max(0, now - entry.storedAt), freshMs: entry.freshUntil - now };
  }

  #begin(key: string, loader: Loader<V>, options: LoadOptions, older: Entry | undefined): Load<Loaded> {
    const load = new Load<Loaded>(async (self) => {
      try {
        // The map has to hold the load before a loader that settles at once takes it out.
        await Promise.resolve();
        return await this.#load(self, key, loader, options, older);
      } finally {
        if (this.#loads.get(key) === self) this.#loads.delete(key);
      }
    });
    this.#loads.set(key, load);
    return load;
  }

  async #load(
    load: Load<Loaded>,
    key: string,
    loader: Loader<V>,
    options: LoadOptions,
    olderHere: Entry | undefined,
  ): Promise<Loaded> {
    const fetched = await this.#shared?.fetch(key);
    const older = fetched?.entry ?? olderHere;
    if (fetched?.entry !== undefined && fetched.entry.freshUntil > this.#now() && !options.force) {
      if (!load.isDiscarded) this.#putLocal(key, fetched.entry);
      return { entry: fetched.entry, outcome: 'hit' };
    }
    const decision: Decision = { lifetime: {}, isKept: true };
    try {
      const value = await this.#runLoader(load, loader, decision, options);
      const entry = this.#entryOf(this.#keep(value), decision.lifetime);
      if (decision.isKept && !load.isDiscarded && !this.#isClosed && this.#putLocal(key, entry)) {
        this.#writeShared(key, entry, fetched?.fence);
      }
      return { entry, outcome: 'miss' };
    } catch (error) {
      this.statistics.loadFailures += 1;
      return this.#olderInstead(load, key, older, error);
    }
  }

  #runLoader(
    load: Load<Loaded>,
    loader: Loader<V>,
    decision: Decision,
    { detached }: LoadOptions,
  ): V | Promise<V> {
    const control: LoadControl = {
      signal: load.signal,
      keepFor: (lifetime) => Object.assign(decision.lifetime, lifetime),
      doNotKeep: () => (decision.isKept = false),
    };
    if (!detached) return loader(control);
    const { name: cache, loadTimeoutMs: timeoutMs, clock } = this.settings;
    const abort = (reason: Error) => load.abort(reason);
    return limited(() => withoutDeadline(() => loader(control)), { cache, timeoutMs, clock, abort });
  }

  /** RFC 5861 section 4: an older value instead of an error, and no new attempt for a while. */
  #olderInstead(load: Load<Loaded>, key: string, older: Entry | undefined, error: unknown): Loaded {
    const now = this.#now();
    if (older === undefined || older.errorUntil <= now) throw error;
    older.retryAt = now + this.settings.staleRetryMs;
    if (!load.isDiscarded) this.#putLocal(key, older);
    return { entry: older, outcome: 'stale' };
  }

  async #fetchAndKeep(key: string): Promise<Entry | undefined> {
    const removals = this.#removals;
    const entry = (await this.#shared?.fetch(key))?.entry;
    if (entry !== undefined && removals === this.#removals && !this.#isClosed) this.#putLocal(key, entry);
    return entry;
  }

  #keep(value: V): Kept {
    try {
      return this.#codec.keep(value);
    } catch (error) {
      throw new UncacheableValueError(this.settings.name, error);
    }
  }

  #entryOf({ kept, sizeBytes }: Kept, own: Partial<Lifetime>): Entry {
    const { lifetime, jitterRatio, random } = this.settings;
    const merged = { ...lifetime, ...own };
    const ttl = merged.ttl * (1 - jitterRatio * random());
    return createEntry(kept, sizeBytes, this.#now(), { ...merged, ttl });
  }

  /** @returns whether it is small enough to be kept anywhere */
  #putLocal(key: string, entry: Entry): boolean {
    if (entry.sizeBytes > this.settings.maxEntryBytes) return false;
    this.#local.set(key, entry);
    return true;
  }

  /** Nobody waits for the write; a failure of it is told to `onError`. */
  #writeShared(key: string, entry: Entry, fence: string | undefined): void {
    // Without a fence the store had not answered: what it holds by now may be newer than this value.
    if (fence !== undefined) void this.#shared?.write(key, entry, fence);
  }

  async #remove(removal: Removal): Promise<void> {
    this.#forget(removal);
    await this.#shared?.remove(removal);
    // What was read from the store between the two steps came from before the removal.
    if (this.#shared !== undefined) this.#forget(removal);
  }

  /** Forgets what this process has; after a reset everything, since nobody knows what was removed meanwhile. */
  #forget(invalidation: Invalidation): void {
    this.#removals += 1;
    const { kind } = invalidation;
    if (kind === 'key') this.#local.delete(invalidation.key);
    else if (kind === 'matching') this.#local.deleteMatching(invalidation.text);
    else this.#local.clear();
    for (const [key, load] of this.#loads) {
      if (kind === 'key' && key !== invalidation.key) continue;
      if (kind === 'matching' && !key.includes(invalidation.text)) continue;
      load.isDiscarded = true;
      this.#loads.delete(key);
    }
  }
}
