// postgres.d.ts
export { type DatabaseOptions, type SlowQueryLogger, TRACED_DATABASE_DEFAULTS as TRACE_PG_DEFAULTS, } from './database/options.ts';
export type { PgClientLike, PgPoolLike } from './postgres/pg-client.ts';
export { type TracePgOptions, tracePg } from './postgres/trace-pg.ts';

// database/options.d.ts
import { type Clock } from '@holdfast/context/clock';
/** Where slow statements are written; a pino logger or one of `@holdfast/logging`, by shape. */
export interface SlowQueryLogger {
    warn(fields: Record<string, unknown>, message: string): void;
}
/** What `TracedDatabase` and `tracePg` can be told. */
export interface DatabaseOptions {
    /**
     * Writes a comment with `traceId` and `spanId` before each statement that runs inside a context, for what reads SQL
     * text: `verbose` of SQLite, `pg_stat_activity` and the log of PostgreSQL. SQLite must compile the statement anew for
     * each span then, which takes some ten times as long as running a small one. Default false.
     */
    includeTraceComments?: boolean | undefined;
    /** Makes spans, publishes durations and watches for slow statements. Default true. */
    trackQueryDuration?: boolean | undefined;
    /** Statements over this many ms are slow. Default 100. */
    slowQueryThreshold?: number | undefined;
    /** Gets one line per slow statement. Default none: slow statements show on their span and on a channel. */
    logger?: SlowQueryLogger | undefined;
    /** Default the system's. */
    clock?: Clock | undefined;
}
/** Every default of `TracedDatabase` and `tracePg`. */
export declare const TRACED_DATABASE_DEFAULTS: {
    readonly includeTraceComments: false;
    readonly trackQueryDuration: true;
    readonly slowQueryThreshold: 100;
};
export interface ResolvedDatabaseOptions {
    readonly includeTraceComments: boolean;
    readonly trackQueryDuration: boolean;
    readonly slowQueryThreshold: number;
    readonly logger: SlowQueryLogger | undefined;
    readonly clock: Clock;
}
/** @throws TracingOptionError when the threshold is negative or no number */
export declare function resolveDatabaseOptions(options: DatabaseOptions): ResolvedDatabaseOptions;

// postgres/pg-client.d.ts
/** What is used of a client of `pg`, by shape: any version from 8 on, and whatever behaves like it. */
export interface PgClientLike {
    query: (...args: never[]) => unknown;
    readonly host?: string | undefined;
    readonly port?: number | undefined;
    readonly database?: string | undefined;
}
/** A pool of `pg`: it tells of each client that it hands out. */
export interface PgPoolLike {
    connect: (...args: never[]) => unknown;
    on: (event: 'acquire', listener: (client: never) => void) => unknown;
    readonly totalCount: number;
}
/** What a caller gives to `query()` in place of a text. */
export interface PgQueryConfig {
    readonly text?: unknown;
    readonly name?: unknown;
    readonly callback?: unknown;
}
/** A cursor, a stream or a `Query`: it is told what the server says, and says the SQL text itself. */
export interface PgSubmittable extends PgQueryConfig {
    submit(connection: unknown): unknown;
    readonly cursor?: {
        readonly text?: unknown;
    } | undefined;
    callback?: unknown;
    handleError?: ((error: unknown, connection: unknown) => unknown) | undefined;
    handleReadyForQuery?: ((connection: unknown) => unknown) | undefined;
}
export declare function isPool(subject: PgClientLike | PgPoolLike): subject is PgPoolLike;
export declare function isSubmittable(query: unknown): query is PgSubmittable;

// postgres/trace-pg.d.ts
import { type DatabaseOptions } from '../database/options.ts';
import { type PgClientLike, type PgPoolLike } from './pg-client.ts';
/** Options of `tracePg`. */
export type TracePgOptions = DatabaseOptions;
/**
 * Traces what runs on a client or a pool of `pg`: a client span per statement, durations, slow statements, and the
 * comments, where asked for. It is this one object that is changed, not the module, and it is given back.
 * @throws TracingOptionError for an option that cannot be used, or when there is nothing to trace
 * @example const pool = tracePg(new Pool(), { slowQueryThreshold: 50 });
 */
export declare function tracePg<T extends PgClientLike | PgPoolLike>(poolOrClient: T, options?: DatabaseOptions): T;
