// sqlite.d.ts
export { type DatabaseOptions, type SlowQueryLogger, TRACED_DATABASE_DEFAULTS } from './database/options.ts';
export { TracedDatabase, type TracedDatabaseOptions } from './sqlite/traced-database.ts';

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

// sqlite/traced-database.d.ts
import type { BackupMetadata, BackupOptions, Database, PragmaOptions, RegistrationOptions, SerializeOptions } from 'better-sqlite3';
import { type DatabaseOptions } from '../database/options.ts';
/** Options of `TracedDatabase`. */
export type TracedDatabaseOptions = DatabaseOptions;
type SqlFunction = (...params: never[]) => unknown;
/** The options of `aggregate()`, which the types of better-sqlite3 do not name. */
type SqlAggregate<T> = RegistrationOptions & {
    start?: T | (() => T);
    step: (total: T, next: T extends (infer E)[] ? E : T) => T | undefined;
    inverse?: ((total: T, dropped: T) => T) | undefined;
    result?: ((total: T) => unknown) | undefined;
};
/**
 * A better-sqlite3 database that traces what runs on it: same surface, same results, same errors. The database given
 * stays usable beside it.
 * @example const db = new TracedDatabase(new Database('app.db'), { slowQueryThreshold: 50 });
 */
export declare class TracedDatabase implements Database {
    #private;
    /** @throws TracingOptionError for an option that cannot be used */
    constructor(db: Database, options?: TracedDatabaseOptions);
    get name(): string;
    get open(): boolean;
    get inTransaction(): boolean;
    get readonly(): boolean;
    get memory(): boolean;
    prepare: Database['prepare'];
    /** The span covers the whole transaction, and what runs in it hangs below. */
    transaction: Database['transaction'];
    exec(source: string): this;
    pragma(source: string, options?: PragmaOptions): unknown;
    explain(source: string): unknown[];
    backup(destinationFile: string, options?: BackupOptions): Promise<BackupMetadata>;
    serialize(options?: SerializeOptions): Buffer;
    function(name: string, callback: SqlFunction): this;
    function(name: string, options: RegistrationOptions, callback: SqlFunction): this;
    aggregate<T>(name: string, options: SqlAggregate<T>): this;
    table(name: string, options: Parameters<Database['table']>[1]): this;
    loadExtension(...args: Parameters<Database['loadExtension']>): this;
    defaultSafeIntegers(toggle?: boolean): this;
    unsafeMode(unsafe?: boolean): this;
    close(): this;
}
export {};
