// index.d.ts
export type { AuditReader } from './audit-reader.ts';
export type { CaptureTriggers } from './capture.ts';
export type { Anchor, BrokenReason, BrokenRow, Verification, VerifyOptions } from './chain/verify.ts';
export type { Change } from './change.ts';
export type { AuditRecorded } from './channels.ts';
export { AuditActorMissingError, AuditError, AuditFilterError, AuditOptionError, AuditStoreError, AuditTenantMissingError, AuditValueError, AuditValueTooLargeError, } from './errors.ts';
export { type Actor, AUDIT_DEFAULTS, type AuditLogOptions, type ChainMode, type TableOptions, } from './options.ts';
export type { PrismaRawClient, PrismaTx } from './prisma-client.ts';
export type { AuditEntry } from './reading/entry.ts';
export type { ExportOptions } from './reading/export.ts';
export type { AuditPage, HistoryOptions, PageOptions, SearchOptions, TenantScope } from './reading/search.ts';
export type { Recorded } from './recorded.ts';
export type { StampOptions } from './stamp.ts';
export { decodeValue } from './values/decode.ts';
export { type Difference, diffImages } from './values/diff.ts';
export { encodeValue } from './values/encode.ts';

// audit-reader.d.ts
import { type Anchor, type Verification, type VerifyOptions } from './chain/verify.ts';
import type { ResolvedOptions } from './options.ts';
import { type ExportOptions } from './reading/export.ts';
import type { ReadPort } from './reading/port.ts';
import { type AuditPage, type HistoryOptions, type SearchOptions, type TenantScope } from './reading/search.ts';
/** Everything that is asked of a log once it is written; the same on every database. */
export interface AuditReader {
    /** The timeline of one record, oldest first; of an id that no record can have it is empty. @throws AuditOptionError */
    history(recordId: string, options?: HistoryOptions): Promise<AuditPage>;
    /**
     * Changes by actor, correlation id, record, kind and time, newest first.
     * @throws AuditOptionError, AuditFilterError
     */
    search(options?: SearchOptions): Promise<AuditPage>;
    /**
     * Lines of NDJSON, to be given to `Readable.from()`; an abandoned loop holds nothing open.
     * @throws AuditFilterError for an `after` that is no change of this log
     */
    export(options?: ExportOptions): AsyncGenerator<string, void, undefined>;
    /** Reads the chain from its start, or from a trusted anchor, and names the first row that is wrong. */
    verify(options?: VerifyOptions): Promise<Verification>;
    /** The end of the chain now: keep it where nobody who can write to the database can write. */
    anchor(scope?: Pick<TenantScope, 'tenantId'>): Promise<Anchor>;
}
export declare function createReader(port: ReadPort, options: ResolvedOptions): AuditReader;

// chain/verify.d.ts
import { type ResolvedOptions } from '../options.ts';
import { type ReadPort } from '../reading/port.ts';
import { type TenantScope } from '../reading/search.ts';
/** The end of a chain at one moment. Kept where nobody who can write to the database can write. */
export interface Anchor {
    readonly chain: string;
    /** How many changes the chain had, which is the number of the last; 0 for an empty one. */
    readonly seq: number;
    /** SHA-256 of the last link in hex; empty for an empty chain. */
    readonly hash: string;
}
/** What is wrong with the first row that does not fit. */
export type BrokenReason = 
/** The stored values are not those that were sealed. */
'changed'
/** The link does not continue the one before it. */
 | 'unlinked'
/** A link is not there, though later ones are. */
 | 'missing-link'
/** The link is there, what it sealed is not. */
 | 'missing-change'
/** The chain ends before the anchor: its tail was cut. */
 | 'missing-tail'
/** The chain has another hash where the anchor was taken: it was written anew. */
 | 'anchor-mismatch'
/** A change is in no chain: written past it, left behind by a cut, or captured and not sealed yet. */
 | 'unsealed';
/** The first row that does not fit its chain. */
export interface BrokenRow {
    readonly reason: BrokenReason;
    readonly chain: string;
    /** Its number in the chain; 0 for a change that is in none. */
    readonly seq: number;
    /** Of the change, where there is one. */
    readonly id: string | undefined;
}
export interface VerifyOptions extends Pick<TenantScope, 'tenantId'> {
    /** An anchor that is trusted: what came before it is not read. */
    from?: Anchor;
    /** One or more anchors that the chain has to agree with. */
    anchor?: Anchor | readonly Anchor[];
    /** How many rows are in memory at once, from 1 to 10,000. @default 1000 */
    batchSize?: number;
    /** Told after each batch. */
    onProgress?: (progress: {
        readonly checked: number;
        readonly seq: number;
    }) => void;
    /** Ends the work with the reason of the signal. */
    signal?: AbortSignal;
}
/** The answer of `verify`: how many rows were read, and the end of the chain or the row that is wrong. */
export type Verification = {
    readonly ok: true;
    readonly checked: number;
    readonly head: Anchor;
} | {
    readonly ok: false;
    readonly checked: number;
    readonly broken: BrokenRow;
};
export declare const DEFAULT_BATCH_SIZE = 1000;
/** @throws AuditOptionError when the log keeps no chain, or an anchor is of another chain */
export declare function verifyChain(port: ReadPort, options: ResolvedOptions, given?: VerifyOptions): Promise<Verification>;
/** The end of the chain as it stands. */
export declare function readAnchor(port: ReadPort, options: ResolvedOptions, scope: Pick<TenantScope, 'tenantId'>): Promise<Anchor>;
export declare function chainName({ chain }: ResolvedOptions, { tenantId }: Pick<TenantScope, 'tenantId'>): string;

// options.d.ts
import { type Clock } from '@holdfast/context/clock';
import { type Redact } from './values/redact.ts';
/** Which rows are linked to one another. One writer at a time writes to a chain. */
export type ChainMode = 'global' | 'tenant' | 'none';
/** Who made a change. */
export interface Actor {
    readonly id: string;
    /** At most 20 characters. Default `'user'`. */
    readonly type?: string;
}
export interface TableOptions {
    /** The table of the changes; two more, `<table>_context` and `<table>_chain`, stand beside it. At most 40 bytes. Default `request_changes`. */
    table?: string;
    /**
     * `'tenant'` lets tenants write side by side; `'none'` keeps no hashes. The migration must have been told the same.
     * @default 'global'
     */
    chain?: ChainMode;
    /** What ids of records and actors are: UUIDs, or any text of 1 to 200 characters. @default 'uuid' */
    ids?: 'uuid' | 'text';
}
export interface AuditLogOptions extends TableOptions {
    /** Paths whose values are replaced before anything is stored or hashed: `'password'`, `'items.*.secret'`. @default none */
    redact?: readonly string[];
    /** Largest image, in bytes of UTF-8, 64 to 16,777,216. @default 65536 */
    maxValueBytes?: number;
    /**
     * What becomes of a larger image: the change is refused, or a SHA-256 of the image is kept in its place.
     * @default 'refuse'
     */
    oversize?: 'refuse' | 'digest';
    /** Who made the changes for which no user is known. @default none: they are refused */
    systemActor?: Actor;
    /** Only the wall time is read. Default the system's. */
    clock?: Clock;
}
/** Every default of a log. */
export declare const AUDIT_DEFAULTS: Readonly<Required<Pick<AuditLogOptions, 'table' | 'chain' | 'ids' | 'maxValueBytes' | 'oversize'>>>;
export interface ResolvedTable {
    readonly table: string;
    readonly chain: ChainMode;
    readonly ids: 'uuid' | 'text';
}
export interface ResolvedOptions extends ResolvedTable {
    readonly redact: Redact;
    readonly maxValueBytes: number;
    readonly oversize: 'refuse' | 'digest';
    readonly systemActor: Actor | undefined;
    readonly clock: Clock;
}
/** @throws AuditOptionError */
export declare function resolveTable(options: TableOptions): ResolvedTable;
/** @throws AuditOptionError */
export declare function resolveOptions(options: AuditLogOptions): ResolvedOptions;
/** @throws AuditOptionError when an identifier is empty, too long, or has a NUL in it */
export declare function checkName(option: string, name: unknown, longestBytes: number): asserts name is string;
/** @throws AuditOptionError */
export declare function checkInteger(option: string, value: number, least: number, most: number): void;

// values/redact.d.ts
export declare const REDACTED = "[redacted]";
/** Makes a copy of an image without the values at the paths that were configured. */
export type Redact = (value: unknown) => unknown;
/** @param paths `'password'`, `'card.number'`, `'items.*.secret'`; `*` stands for any key or index */
export declare function createRedact(paths: readonly string[]): Redact;

// reading/port.d.ts
import type { Names } from '../names.ts';
/** How the reading side asks either database; every value comes back as text or null. */
export interface ReadPort {
    readonly names: Names;
    /** A JSON column as the database keeps it. */
    jsonText(expression: string): string;
    /** A point in time as it is hashed: ISO 8601 in UTC. */
    timeText(expression: string): string;
    /** A parameter that is compared with a point in time, with a UUID, or with a whole number. */
    cast(parameter: string, type: 'time' | 'uuid' | 'integer'): string;
    placeholder(index: number): string;
    all(sql: string, values: readonly unknown[]): Promise<readonly Row[]>;
}
export type Row = Readonly<Record<string, unknown>>;
/** Parameters of one statement, numbered as they are used. */
export declare class Parameters {
    #private;
    readonly values: unknown[];
    constructor(port: ReadPort);
    add(value: unknown, type?: 'time' | 'uuid' | 'integer'): string;
}
/** Every column of a change, its context and its link under the names of the code; `l` may be joined or not. */
export declare function columns(port: ReadPort, { linked }: {
    linked: boolean;
}): string;
export declare function textOf(row: Row, column: string): string;
export declare function textOrNull(row: Row, column: string): string | null;

// names.d.ts
/** The tables of one audit log, quoted: both databases quote a name with double quotes. */
export interface Names {
    readonly changes: string;
    readonly context: string;
    readonly chain: string;
    /** The name of something else that belongs to the table: a trigger, a function, an index. */
    of(suffix: string): string;
}
export declare function namesOf(table: string): Names;
export declare function quote(name: string): string;
/** A literal of SQL. PostgreSQL must not read a backslash in it as an escape, which is its standard since version 9.1. */
export declare function literal(text: string): string;

// reading/search.d.ts
import { type ResolvedOptions } from '../options.ts';
import { type AuditEntry } from './entry.ts';
import { type ReadPort } from './port.ts';
/** Whose rows are read. */
export interface TenantScope {
    /** @default the tenant of the context; without one, and without one chain for each tenant, every row */
    tenantId?: string;
    /** Reads the rows of every tenant. */
    acrossTenants?: boolean;
}
export interface PageOptions extends TenantScope {
    /** From 1 to 1000. @default 50 */
    limit?: number;
    /** `nextCursor` of the page before. @default the first page */
    cursor?: string;
    /** @default 'oldest' for a history, 'newest' for a search */
    first?: 'oldest' | 'newest';
}
export interface HistoryOptions extends PageOptions {
    /** Of this kind alone. */
    recordType?: string;
}
export interface SearchOptions extends PageOptions {
    /** Of this record alone. */
    recordId?: string;
    /** Of this kind alone. */
    recordType?: string;
    /** Changes of this type alone, `'CREATED'` for one. */
    changeType?: string;
    /** Made by this actor. */
    actorId?: string;
    /** Made under this correlation id. */
    correlationId?: string;
    /** From this time on. */
    since?: Date;
    /** Before this time. */
    until?: Date;
}
/** One page of changes. */
export interface AuditPage {
    readonly items: readonly AuditEntry[];
    /** Where the next page begins, or undefined when this is the last. */
    readonly nextCursor: string | undefined;
}
export declare const DEFAULT_LIMIT = 50;
/** @throws AuditOptionError, AuditFilterError, AuditTenantMissingError */
export declare function searchChanges(port: ReadPort, { ids, chain }: ResolvedOptions, options: SearchOptions): Promise<AuditPage>;
/**
 * The tenant to which a reader is confined, if to any.
 * @throws AuditFilterError, AuditTenantMissingError
 */
export declare function tenantScope({ tenantId, acrossTenants }: TenantScope, chain: ResolvedOptions['chain']): string | undefined;

// reading/entry.d.ts
import { type Difference } from '../values/diff.ts';
import { type Row } from './port.ts';
/** One change as it is read back. */
export interface AuditEntry {
    readonly id: string;
    readonly recordId: string;
    readonly recordType: string | null;
    readonly changeType: string;
    readonly actor: {
        readonly id: string;
        readonly type: string;
    };
    readonly createdAt: Date;
    readonly correlationId: string | null;
    readonly requestId: string | null;
    readonly traceId: string | null;
    readonly tenantId: string | null;
    /** Null where the record did not exist. */
    readonly before: unknown;
    /** Null where the record no longer exists. */
    readonly after: unknown;
    readonly diff: readonly Difference[];
}
export declare function entryOf(row: Row): AuditEntry;

// values/diff.d.ts
/** One difference between two images. */
export interface Difference {
    /** Where, as a JSON Pointer (RFC 6901); empty for the record as a whole. */
    readonly path: string;
    readonly kind: 'added' | 'removed' | 'changed';
    readonly before?: unknown;
    readonly after?: unknown;
}
/** What changed from one image to the next, in the order of the keys. Arrays are compared index by index. */
export declare function diffImages(before: unknown, after: unknown): Difference[];

// reading/export.d.ts
import { type ResolvedOptions } from '../options.ts';
import { type ReadPort } from './port.ts';
import { type TenantScope } from './search.ts';
export interface ExportOptions extends TenantScope {
    /** The id of the last change that is already out: the export goes on behind it. */
    after?: string;
    /** How many rows are in memory at once, from 1 to 10,000. @default 500 */
    batchSize?: number;
    /** Ends the export with the reason of the signal. */
    signal?: AbortSignal;
}
export declare const DEFAULT_EXPORT_BATCH = 500;
/**
 * Every change as a line of JSON, in the order of the chain, so that nothing can appear before the place where an
 * export ended. Without a chain the order is that of writing.
 * @throws AuditFilterError when no change has the id given as `after`
 * @throws AuditOptionError, AuditTenantMissingError
 */
export declare function exportLines(port: ReadPort, options: ResolvedOptions, given?: ExportOptions): AsyncGenerator<string, void, undefined>;

// capture.d.ts
/** Triggers on a business table, as SQL to run once. */
export interface CaptureTriggers {
    readonly create: string;
    readonly drop: string;
}
/** Who changed a row where nobody told the database: `changed_by_id` cannot be null. */
export declare const NIL_UUID = "00000000-0000-0000-0000-000000000000";
export declare const DATABASE_ACTOR = "database";

// change.d.ts
import type { Actor, ResolvedOptions } from './options.ts';
/** A change of one record, as the application tells it. */
export interface Change {
    /** Which record. A UUID, or any text with `ids: 'text'`. */
    readonly recordId: string;
    /** What happened, at most 50 characters: `'CREATED'`, `'STATUS_CHANGED'`. */
    readonly changeType: string;
    /** The record before; left out where there was none. */
    readonly before?: unknown;
    /** The record after; left out of a delete, which stores JSON `null`. */
    readonly after?: unknown;
    /** What kind of record, for logs that keep several kinds; at most 100 characters. */
    readonly recordType?: string;
    /** @default the user of the context, else `systemActor` */
    readonly actor?: Actor;
    /** @default the tenant of the context */
    readonly tenantId?: string;
}
/** What is stored, column by column. */
export interface ChangeRow {
    readonly id: string;
    readonly recordId: string;
    readonly changeType: string;
    readonly previousValue: string | null;
    readonly newValue: string;
    readonly actorId: string;
    readonly actorType: string;
    readonly correlationId: string | null;
    /** ISO 8601 with milliseconds, in UTC. */
    readonly createdAt: string;
    readonly recordType: string | null;
    readonly tenantId: string | null;
    readonly requestId: string | null;
    readonly traceId: string | null;
}
export declare const LONGEST_TENANT_ID = 200;
/** @throws AuditOptionError, AuditActorMissingError, AuditTenantMissingError, AuditValueError, AuditValueTooLargeError */
export declare function rowOf(change: Change, options: ResolvedOptions): ChangeRow;
/** A correlation id as it is stored, and so as it is looked for. */
export declare function shortCorrelationId<T>(id: T): T | string;
/** PostgreSQL gives a UUID back in lower case, and the chain is made of what it gives back. */
export declare function canonicalId(id: string, ids: 'uuid' | 'text'): string;
export interface ResolvedActor {
    readonly id: string;
    readonly type?: string;
}
/** @throws AuditActorMissingError */
export declare function actorOf(given: {
    readonly actor?: Actor;
}, userId: string | undefined, { systemActor }: ResolvedOptions): ResolvedActor;
/** @throws AuditTenantMissingError */
export declare function tenantOf(given: string | undefined, ofContext: string | undefined, { chain }: ResolvedOptions): string | undefined;
/** Whether a record or an actor can have this id. */
export declare function isId(id: unknown, ids: 'uuid' | 'text'): id is string;
/** @throws AuditOptionError */
export declare function checkId(name: string, id: unknown, ids: 'uuid' | 'text'): void;
/** Whether both databases can hold it, and tell it from every other text. */
export declare function isText(text: unknown, most: number): text is string;

// channels.d.ts
/** The fact on `holdfast:audit:recorded`: a change was written, in a transaction that may not have committed yet. */
export interface AuditRecorded {
    readonly table: string;
    readonly changeType: string;
    readonly actorType: string;
    readonly recordType?: string;
    /** Of both images together, as stored. */
    readonly valueBytes: number;
}
export declare function publishRecorded(make: () => AuditRecorded): void;

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class AuditError extends Error {
    abstract readonly code: string;
}
/** An option or argument that cannot be used. Nothing was written. */
export declare class AuditOptionError extends AuditError {
    readonly name = "AuditOptionError";
    readonly code = "ERR_AUDIT_OPTION";
    /** The name of the option or argument. */
    readonly option: string;
    constructor(option: string, message: string);
}
/** A filter, as a client may send one, that cannot be meant. Nothing was read. Never with its value in the message. */
export declare class AuditFilterError extends AuditError {
    readonly name = "AuditFilterError";
    readonly code = "ERR_AUDIT_FILTER";
    /** The name of the filter. */
    readonly filter: 'since' | 'until' | 'tenantId' | 'after';
    constructor(filter: AuditFilterError['filter'], reason: string);
}
/** Nobody is known to have made the change. Nothing was written. */
export declare class AuditActorMissingError extends AuditError {
    readonly name = "AuditActorMissingError";
    readonly code = "ERR_AUDIT_ACTOR_MISSING";
    constructor();
}
/** The log has one chain for each tenant and no tenant is known. Nothing was read or written. */
export declare class AuditTenantMissingError extends AuditError {
    readonly name = "AuditTenantMissingError";
    readonly code = "ERR_AUDIT_TENANT_MISSING";
    constructor();
}
/** An image of the record has a value without a canonical form. Nothing was written. */
export declare class AuditValueError extends AuditError {
    readonly name = "AuditValueError";
    readonly code = "ERR_AUDIT_VALUE";
    constructor(reason: string);
}
/** An image of the record is larger than `maxValueBytes`. Nothing was written. */
export declare class AuditValueTooLargeError extends AuditError {
    readonly name = "AuditValueTooLargeError";
    readonly code = "ERR_AUDIT_VALUE_TOO_LARGE";
    readonly limitBytes: number;
    constructor(limitBytes: number);
}
/** The database refused a statement; the cause is its error. Roll your transaction back. */
export declare class AuditStoreError extends AuditError {
    readonly name = "AuditStoreError";
    readonly code = "ERR_AUDIT_STORE";
    /** Whether another transaction was in the way: rolling back and running again may help. */
    readonly busy: boolean;
    constructor(doing: string, cause: unknown, busy: boolean, reason: string);
}

// prisma-client.d.ts
/** The part of a Prisma client that is called here. */
export interface PrismaRawClient {
    $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
    $queryRawUnsafe(query: string, ...values: unknown[]): PromiseLike<unknown>;
}
/** What `prisma.$transaction(async (tx) => …)` hands to its function. */
export interface PrismaTx {
    readonly prisma: PrismaRawClient;
}
/**
 * A client that is not a transaction's would write the change by itself, without the caller's rows.
 * @throws AuditOptionError
 */
export declare function checkPrismaTransaction({ prisma }: PrismaTx): void;
/** What the driver said, out of Prisma's error around it. */
export declare function driverErrorOf(error: unknown): {
    readonly code: string;
    readonly message: string;
};

// recorded.d.ts
import type { ChangeRow } from './change.ts';
import type { AuditRecorded } from './channels.ts';
/** What is known of a change once it is written. */
export interface Recorded {
    readonly id: string;
}
export declare function recordedFact(table: string, row: ChangeRow): AuditRecorded;

// stamp.d.ts
import type { Actor, ResolvedOptions } from './options.ts';
/** Who is at work, told to the database for the changes that triggers capture. */
export interface StampOptions {
    /** @default the user of the context, else `systemActor` */
    readonly actor?: Actor;
    /** @default the tenant of the context */
    readonly tenantId?: string;
}
export interface Stamp {
    readonly actorId: string;
    readonly actorType: string;
    readonly correlationId: string | null;
    readonly tenantId: string | null;
    readonly requestId: string | null;
    readonly traceId: string | null;
}
/** @throws AuditActorMissingError, AuditTenantMissingError, AuditOptionError */
export declare function stampOf(given: StampOptions, options: ResolvedOptions): Stamp;

// values/decode.d.ts
/** What `encodeValue` wrote, with its bigints, dates and bytes; numbers too large for a double come as bigint. */
export declare function decodeValue(text: string): unknown;

// values/encode.d.ts
/**
 * The canonical JSON text of a value: keys sorted by code unit, no white space. What JSON cannot say is tagged:
 * `{"$bigint":"1"}`, `{"$date":"2026-01-01T00:00:00.000Z"}`, `{"$bytes":"00ff"}` (hex), `{"$number":"NaN"}`,
 * `{"$utf16":"…"}` (base64) for strings that no database takes: with a NUL or half of a surrogate pair. A key that
 * begins with `$` gets a second one. `undefined` members are left out, as in JSON.
 * @throws AuditValueError for functions, symbols, maps, sets, cycles and more than 100 levels
 */
export declare function encodeValue(value: unknown): string;
