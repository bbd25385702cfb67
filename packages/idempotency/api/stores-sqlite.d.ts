// stores/sqlite.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { SqliteDatabase } from '../transaction/sqlite-database.ts';
import type { ClaimOutcome, ClaimRequest, CompleteOutcome, IdempotencyStore, Lease, PurgeResult, StorePurgeOptions, Tx } from './store.ts';
export interface SqliteIdempotencyStoreOptions {
    /** A file that the store opens itself, in WAL mode with `synchronous=FULL`. Default `<HOLDFAST_DATA_DIR or ./.holdfast>/idempotency.db`. */
    file?: string;
    /** An open better-sqlite3 connection instead; it stays the caller's to close. */
    db?: SqliteDatabase;
    /**
     * Whether a `db` on which a power loss could undo a reported commit is refused at its first use.
     * @default true
     */
    requireDurable?: boolean;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
/** Records in a SQLite file: any number of processes on one machine share it, and completion can join their transactions. */
export declare class SqliteIdempotencyStore implements IdempotencyStore {
    #private;
    /** @throws IdempotencyOptionError */
    constructor(options?: SqliteIdempotencyStoreOptions);
    claim(request: ClaimRequest): Promise<ClaimOutcome>;
    complete(lease: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome>;
    renew(lease: Lease, leaseMs: number): Promise<boolean>;
    release(lease: Lease): Promise<boolean>;
    /** With `{ db }` the row is written when this returns; with `{ prisma }` when the promise resolves. */
    completeIn(tx: Tx, lease: Lease, result: Uint8Array, ttlMs: number): void | Promise<void>;
    /**
     * Takes a few milliseconds at most, whatever the limit; the log is written back in a thread of its own. What the disk
     * takes for a sync comes on top of it in one call of many.
     */
    purge(options?: StorePurgeOptions): Promise<PurgeResult>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}

// transaction/sqlite-database.d.ts
/** The part of a better-sqlite3 `Statement` that is called here. */
export interface SqliteStatement {
    run(...parameters: unknown[]): {
        changes: number;
    };
    get(...parameters: unknown[]): unknown;
}
/** The part of a better-sqlite3 `Database` that is called here; a wrapper around one will do. */
export interface SqliteDatabase {
    /** Whether a transaction is open on this connection. */
    readonly inTransaction: boolean;
    prepare(sql: string): SqliteStatement;
    exec(sql: string): unknown;
}
/** Where the record is written: inside the transaction that is open on `db`, or in one of its own. */
export interface SqliteTx {
    readonly db: SqliteDatabase;
}
/** The value of the only column of the first row, as pragmas answer. */
export declare function readScalar(db: SqliteDatabase, sql: string): unknown;
/** The same of a statement that is kept. */
export declare function scalarOf(statement: SqliteStatement): unknown;

// stores/store.d.ts
import type { PgTx } from '../transaction/pg-client.ts';
import type { PrismaTx } from '../transaction/prisma-client.ts';
import type { SqliteTx } from '../transaction/sqlite-database.ts';
/** The caller's own transaction: what is written through it commits with the caller's rows or not at all. */
export type Tx = SqliteTx | PgTx | PrismaTx;
/** A claim of a key. */
export interface ClaimRequest {
    /** Names the record: already holds tenant, principal, method and route. */
    readonly key: string;
    /** What the request asks for; the same key with another one is refused. */
    readonly fingerprint: string;
    /** Random, new for each claim. Claiming again with the same owner gives the same claim, so a cut call can be repeated. */
    readonly owner: string;
    readonly leaseMs: number;
    readonly ttlMs: number;
    /** Whether a claim whose lease has run out is taken over; else it is answered `expired`. */
    readonly takeOver: boolean;
}
/** What became of a claim: it holds, or what stands in its way. */
export type ClaimOutcome = {
    readonly status: 'claimed';
    readonly token: number;
    readonly takenOver: boolean;
} | {
    readonly status: 'in-flight';
    readonly retryAfterMs: number;
} | {
    readonly status: 'expired';
} | {
    readonly status: 'mismatch';
} | {
    readonly status: 'completed';
    readonly result: Uint8Array;
    /** How long the record will stay, never more than it is; without it no process remembers the record. */
    readonly leftMs?: number;
};
/** What the owner of a claim holds; every later call takes it and none computes the key again. */
export interface Lease {
    readonly key: string;
    readonly owner: string;
    /** Fencing token: grows with every claim of a key, so that another system can refuse an owner that was overtaken. */
    readonly token: number;
}
/** What became of a result that was to be kept. */
export type CompleteOutcome = {
    readonly status: 'stored';
}
/** This owner had completed it before, in a transaction for one: that result stands. */
 | {
    readonly status: 'kept';
    readonly result: Uint8Array;
}
/** Another owner took over, or the record is gone. Nothing was written. */
 | {
    readonly status: 'lost';
};
/** How much one step of a purge may remove. */
export interface StorePurgeOptions {
    /**
     * Most records to remove in this call, 1 to 10,000.
     * @default 100
     */
    limit?: number;
}
/** What one step of a purge did. */
export interface PurgeResult {
    /** Records removed by this call. */
    readonly removed: number;
    /** Whether there may be more to remove. */
    readonly more: boolean;
}
/** Where records are kept. Every method is atomic; the contract cases of `../testing` say what else holds. */
export interface IdempotencyStore {
    /**
     * Takes the key unless it is taken: of all who ask at once one gets a lease, the others hear of the owner or get
     * the result.
     */
    claim(request: ClaimRequest): Promise<ClaimOutcome>;
    /** Keeps the result for `ttlMs` from now. */
    complete(lease: Lease, result: Uint8Array, ttlMs: number): Promise<CompleteOutcome>;
    /** Lets the lease end `leaseMs` from now; 0 ends it at once. @returns false when it is no longer the owner's */
    renew(lease: Lease, leaseMs: number): Promise<boolean>;
    /** Forgets the claim: nothing happened. @returns false when it is completed or no longer the owner's */
    release(lease: Lease): Promise<boolean>;
    /**
     * Completes inside the caller's transaction; where the store's engine has none, the method is missing.
     * @throws LeaseLostError when the claim is no longer the owner's, so that the transaction is rolled back
     */
    completeIn?(tx: Tx, lease: Lease, result: Uint8Array, ttlMs: number): void | Promise<void>;
    /** Removes records past their TTL, in one short step. */
    purge(options?: StorePurgeOptions): Promise<PurgeResult>;
    /** Frees what the store opened itself; a client that was given stays open. */
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}

// transaction/pg-client.d.ts
/** The part of a `pg` result that is read here. */
export interface PgResult {
    readonly rows: readonly unknown[];
    readonly rowCount: number | null;
}
/** The part of a `pg` Pool or Client that is called here. */
export interface PgClient {
    query(text: string, values?: unknown[]): Promise<PgResult>;
}
/** A `pg` client on which the caller has begun a transaction. */
export interface PgTx {
    readonly client: PgClient;
}

// transaction/prisma-client.d.ts
/** The part of a Prisma transaction client that is called here. */
export interface PrismaTransactionClient {
    $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
    $queryRawUnsafe(query: string, ...values: unknown[]): PromiseLike<unknown>;
}
/** What `prisma.$transaction(async (tx) => ...)` hands to its function, on SQLite or PostgreSQL. */
export interface PrismaTx {
    readonly prisma: PrismaTransactionClient;
}
/**
 * A client that is not a transaction's would write the record by itself, without the caller's rows.
 * @throws IdempotencyOptionError
 */
export declare function checkPrismaTransaction({ prisma }: PrismaTx): void;
