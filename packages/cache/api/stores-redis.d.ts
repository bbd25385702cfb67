// stores/redis.d.ts
import type { CacheStoreFactory } from '../store.ts';
/** The part of an ioredis `Redis` or `Cluster` that is called here. */
export interface RedisClient {
    /** Sends a command and gives the answer as bytes. */
    callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>;
    /** A second connection to the same server, with the same options. */
    duplicate(): RedisSubscriber;
    /** Of a Cluster: its masters, each with a part of the keys. */
    nodes?(role: 'master'): RedisClient[];
}
/** A connection that does nothing but listen. */
export interface RedisSubscriber {
    readonly status: string;
    /** Connects, where it is not connected yet. */
    connect(): Promise<unknown>;
    /** Listens to a channel. */
    subscribe(channel: string): Promise<unknown>;
    /** Hears of messages and of trouble. */
    on(event: string, listener: (...args: unknown[]) => void): unknown;
    /** Ends the connection. */
    disconnect(): void;
}
export interface RedisCacheStoreOptions {
    /** Where Redis is; the store makes the connection with the optional peer `ioredis` and closes it. Default `REDIS_URL`. */
    url?: string | undefined;
    /** A connected ioredis client instead, which stays the caller's to close. A duplicate of it listens. */
    client?: RedisClient;
    /**
     * What the keys begin with, without braces.
     * @default 'holdfast:cache:'
     */
    keyPrefix?: string;
}
/**
 * Values in Redis, single or Cluster, and news of what is removed by pub/sub.
 * @throws CacheOptionError
 */
export declare function redisCacheStore(options?: RedisCacheStoreOptions): CacheStoreFactory;

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
