// redis.d.ts
export type { RedisFact, SlowOperationFact } from './channels.ts';
export { REDIS_TRACE_DEFAULTS, type RedisTraceOptions, type SlowOperationLogger, type TraceRedisOptions, } from './redis/options.ts';
export type { RedisClientLike } from './redis/redis-client.ts';
export { type StampedKeyOptions, stampedKey } from './redis/stamped-key.ts';
export { traceRedis } from './redis/trace-redis.ts';
export { withRedisTrace } from './redis/with-redis-trace.ts';

// channels.d.ts
export declare const QUERY_CHANNEL = "holdfast:tracing:query";
/** Fact `holdfast:tracing:query`: a traced statement ended, also where nothing is recorded. */
export interface QueryFact {
    readonly system: 'sqlite' | 'postgresql';
    /** The first word of the statement in capitals: `SELECT`, `INSERT`, `PRAGMA`. */
    readonly operation: string;
    readonly durationMs: number;
    readonly failed: boolean;
}
export declare const SLOW_QUERY_CHANNEL = "holdfast:tracing:slow-query";
/** Fact `holdfast:tracing:slow-query`: it took longer than `slowQueryThreshold`. */
export interface SlowQueryFact extends QueryFact {
    /** The statement with its literals replaced by `?`. */
    readonly queryText: string;
    readonly thresholdMs: number;
}
export declare const HTTP_CLIENT_CHANNEL = "holdfast:tracing:http-client";
/** Fact `holdfast:tracing:http-client`: the answer of an outgoing request has arrived, or it failed. */
export interface HttpClientFact {
    /** Host and port as they were asked for. */
    readonly host: string;
    readonly method: string;
    /** Missing where no answer came. */
    readonly statusCode?: number;
    readonly durationMs: number;
    readonly failed: boolean;
}
export declare const REDIS_CHANNEL = "holdfast:tracing:redis";
/** Fact `holdfast:tracing:redis`: a command of a traced Redis client ended, also where nothing is recorded. */
export interface RedisFact {
    /** In capitals: `GET`, `CONFIG SET`. */
    readonly command: string;
    readonly durationMs: number;
    readonly failed: boolean;
}
export declare const SLOW_OPERATION_CHANNEL = "holdfast:tracing:slow-redis-operation";
/** Fact `holdfast:tracing:slow-redis-operation`: it took longer than `slowOperationThreshold`. */
export interface SlowOperationFact extends RedisFact {
    readonly thresholdMs: number;
}

// redis/options.d.ts
import { type Clock } from '@holdfast/context/clock';
/** Where slow operations are written; a pino logger or one of `@holdfast/logging`, by shape. */
export interface SlowOperationLogger {
    warn(fields: Record<string, unknown>, message: string): void;
}
export interface RedisTraceOptions {
    /** Operations over this many ms are slow; a blocking command never is. Default 100. */
    slowOperationThreshold?: number | undefined;
    /** Gets one line per slow operation. Default none: slow operations show on their span and on a channel. */
    logger?: SlowOperationLogger | undefined;
    /** Default the system's. */
    clock?: Clock | undefined;
}
export interface TraceRedisOptions extends RedisTraceOptions {
    /**
     * Writes the trace beside each key that is written, as `<key>:trace` in the same slot with the same time to live: one
     * more command per write. Default false.
     */
    stampKeys?: boolean | undefined;
}
/** Every default of `traceRedis` and `withRedisTrace`. */
export declare const REDIS_TRACE_DEFAULTS: {
    readonly slowOperationThreshold: 100;
    readonly stampKeys: false;
};
export interface ResolvedRedisOptions {
    readonly slowOperationThreshold: number;
    readonly logger: SlowOperationLogger | undefined;
    readonly clock: Clock;
    readonly stampKeys: boolean;
}
/** @throws TracingOptionError when the threshold is negative or no number */
export declare function resolveRedisOptions(options: TraceRedisOptions): ResolvedRedisOptions;

// redis/redis-client.d.ts
/** A command of ioredis, by the part that is used. */
export interface RedisCommandLike {
    readonly name: string;
    readonly args: readonly unknown[];
    readonly inTransaction?: boolean;
    resolve: (value: unknown) => void;
    reject: (error: Error) => void;
    getKeys(): readonly (string | Buffer)[];
}
/** What a pipeline gives along with each of its commands: the same object for all. */
export interface PipelineStream {
    readonly isPipeline?: boolean;
}
/** A client of ioredis, `Redis` or `Cluster`, by the part that is used. */
export interface RedisClientLike {
    sendCommand: (...args: never[]) => unknown;
    readonly status: string;
    readonly isCluster?: boolean;
    /** Of a cluster: the clients of its servers. */
    nodes?(): readonly {
        readonly sendCommand: unknown;
    }[];
    readonly options: unknown;
}
type SendCommand = (this: unknown, command: RedisCommandLike, ...rest: unknown[]) => unknown;
export type { SendCommand };
export declare function isHandshake(client: RedisClientLike, command: RedisCommandLike): boolean;
export declare function isBlocking({ name, args }: RedisCommandLike): boolean;
/** `GET`, `CONFIG SET`: letters only, since a name is whatever the application gave to `call()`. */
export declare function operationOf({ name, args }: RedisCommandLike): string;

// redis/stamped-key.d.ts
export interface StampedKeyOptions {
    /** Whether the key lives in a Redis Cluster, where the stamp must share its slot. Default false. */
    cluster?: boolean | undefined;
}
/**
 * The name of the key that `stampKeys` writes beside `key`: `<key>:trace`. In a cluster a key without a hash tag
 * becomes one, `{<key>}:trace`, since the slot is then that of the whole key; a key with a lone `}` in it has no
 * neighbour in its slot and gets no stamp.
 */
export declare function stampedKey(key: string, { cluster }?: StampedKeyOptions): string | undefined;

// redis/trace-redis.d.ts
import { type TraceRedisOptions } from './options.ts';
import { type RedisClientLike } from './redis-client.ts';
/**
 * Traces what a client of ioredis sends, a `Redis` or a `Cluster`: a client span per command and one per pipeline or
 * transaction, a duration per command. It is this one object that is changed, not the module, and it is given back; a
 * `duplicate()` of it is not traced. Neither keys nor values show in a span.
 * @throws TracingOptionError for an option that cannot be used, or when there is nothing to trace
 * @example const redis = traceRedis(new Redis(url), { slowOperationThreshold: 50 });
 */
export declare function traceRedis<T extends RedisClientLike>(client: T, options?: TraceRedisOptions): T;

// redis/with-redis-trace.d.ts
import { type RedisTraceOptions } from './options.ts';
/**
 * Runs one operation on Redis, with whatever client, inside a span; its duration is published, a slow one reported.
 * The key, given by the caller, shows on the span and in the line of a slow operation: give a pattern where keys are
 * personal.
 * @throws TracingOptionError for an option that cannot be used; else what `fn` throws, unchanged
 * @example await withRedisTrace('get', 'cache:user:123', () => redis.get('cache:user:123'), { slowOperationThreshold: 50 });
 */
export declare function withRedisTrace<T>(operation: string, key: string, fn: () => Promise<T>, options?: RedisTraceOptions): Promise<T>;
