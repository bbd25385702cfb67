// testing/index.d.ts
export { type StoreCase, type StoreHarness, storeContract } from './store-contract.ts';

// testing/store-contract.d.ts
import type { CacheStore } from '../store.ts';
/**
 * Two stores of one name, as two processes have them, and one of another name. Names that no case before has used: what
 * was published in one may come late, and the next one listens.
 */
export interface StoreHarness {
    readonly here: CacheStore;
    readonly there: CacheStore;
    readonly other: CacheStore;
}
/** One thing that a store must do; it throws an AssertionError when the store does not. */
export interface StoreCase {
    readonly name: string;
    readonly run: (harness: StoreHarness) => Promise<void>;
}
/** The cases every store must pass, for the test runner of your choice. */
export declare const storeContract: readonly StoreCase[];

// store.d.ts
/** What a store has under a key, and what changes with every removal of it. */
export interface Stored {
    readonly value: Uint8Array | undefined;
    readonly fence: string;
}
/** What another process has removed; `reset` when messages may have been missed. */
export type Invalidation = {
    readonly kind: 'key';
    readonly key: string;
} | {
    readonly kind: 'matching';
    readonly text: string;
} | {
    readonly kind: 'all';
} | {
    readonly kind: 'reset';
};
/** A second tier that several processes share, for the keys of one cache. */
export interface CacheStore {
    /** The value of a key, and the fence that `set` has to bring along. */
    get(key: string): Promise<Stored>;
    /**
     * Writes nothing when the key was removed since `fence` was read, so that what was loaded before an invalidation is
     * not kept after it.
     */
    set(key: string, value: Uint8Array, ttlMs: number, fence: string | undefined): Promise<void>;
    /** Removes a key and tells those that listen. */
    delete(key: string): Promise<void>;
    /** Removes every key that contains `text`. */
    deleteMatching(text: string): Promise<void>;
    /** Removes every key of this cache. */
    clear(): Promise<void>;
    /**
     * What others remove, from when the promise is fulfilled. Messages may overtake each other, as they do when the
     * masters of a Redis Cluster pass them on: removals end the same in every order.
     */
    listen(listener: (invalidation: Invalidation) => void): Promise<void>;
    /** Frees what the store opened itself, not what it was given. */
    close(): Promise<void>;
}
/** Opens the store for one cache; `name` keeps its keys apart from those of others. */
export type CacheStoreFactory = (name: string) => CacheStore;
