// index.d.ts
export { createLogger } from './create-logger.ts';
export type { Destination, LineStream } from './destination.ts';
export { LoggingError, LoggingOptionError } from './errors.ts';
export type { LogContext, Logger, LogLevel, LogMethod } from './logger.ts';
export { LOGGER_DEFAULTS, type LoggerOptions, type RedactOptions } from './options.ts';
export { type PrettyOptions, prettyLine } from './pretty.ts';
export { createRequestLog, type RequestLogFields, type RequestLogWriter } from './request-log.ts';

// create-logger.d.ts
import { type Sink } from './destination.ts';
import type { Logger, LogLevel } from './logger.ts';
import { type LoggerOptions, type ResolvedOptions } from './options.ts';
import { type Redaction } from './redaction.ts';
type Fields = Readonly<Record<string, unknown>>;
/** What the request log needs to know of a logger to write the same line without pino. */
export interface LoggerInternals {
    readonly sink: Sink;
    readonly options: ResolvedOptions;
    readonly redaction: Redaction;
    /** Fields that belong to every line but are written with it, being ids that the context has too. */
    readonly overrides: Fields;
    /** Whether a field of this name would be renamed. */
    readonly isReserved: (key: string) => boolean;
    /** The line that this logger would write, at `level` and `time`, for the message `msg`. */
    readonly sampleLine: (level: LogLevel, time: number, msg: string) => string;
}
export declare function loggerInternals(logger: Logger): LoggerInternals | undefined;
/**
 * A logger whose lines carry the ids of the current context, with secrets redacted.
 * @param options the module's name, or options
 * @throws LoggingOptionError for an option that cannot be used, a log file that cannot be opened among them
 */
export declare function createLogger(options?: string | LoggerOptions): Logger;
export {};

// destination.d.ts
import { type Clock } from '@holdfast/context/clock';
/** Anything that takes a line: a Writable, or an object with `write`. */
/** A stream of your own to write to. */
export interface LineStream {
    /** Takes one line of JSON with its line feed. */
    write(line: string): unknown;
    /** Called by `logger.flush()`; the callback says when every line has arrived. */
    flush?(callback: (error?: Error | null) => void): void;
}
/** Where lines go: a stream of the process, a file that is appended to, or anything with `write(line)`. */
export type Destination = 'stdout' | 'stderr' | {
    readonly file: string;
} | LineStream;
interface LineTarget {
    write(line: string): void;
    /** At the latest when this turn of the event loop ends, and before any later line. */
    writeSoon(line: string): void;
    /** At the latest some milliseconds later, and before any later line. */
    writeHeld(line: string): void;
    flushSync(): void;
    flush(): Promise<void>;
    close(): Promise<void>;
}
/** Where pino and the request log both write. Never throws. */
export interface Sink extends Omit<LineTarget, 'writeSoon' | 'writeHeld'> {
    /** For a line in which every control character is escaped already; at the latest when this turn ends. */
    readonly writeCleanSoon: (line: string) => void;
    /** The same, at the latest after `requestHoldMs`. */
    readonly writeCleanHeld: (line: string) => void;
}
export interface SinkOptions {
    readonly destination: Destination;
    readonly format: 'auto' | 'json' | 'pretty';
    readonly bufferBytes: number;
    readonly requestHoldMs: number;
    readonly clock: Clock;
}
export declare function isLineStream(destination: unknown): destination is LineStream;
export declare function openSink(options: SinkOptions): Sink;
export {};

// logger.d.ts
/** From the quietest to the loudest: `silent` as a level switches every line off. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
/** Fields of one line. An Error, here or in any field, is written with its stack and its causes. */
export type LogContext = object;
/** Both call orders: `info('text', { fields })` and `info({ fields }, 'text')`. Never throws. */
export interface LogMethod {
    (message: string, context?: LogContext): void;
    (context: LogContext, message?: string): void;
}
/** Writes lines of JSON with the fields of the current context. */
export interface Logger extends AsyncDisposable {
    readonly trace: LogMethod;
    readonly debug: LogMethod;
    readonly info: LogMethod;
    readonly warn: LogMethod;
    readonly error: LogMethod;
    readonly fatal: LogMethod;
    /** Lines below this level are not written; can be changed while running. */
    level: LogLevel | 'silent';
    /** Whether a line of this level would be written: ask before making an expensive one. */
    isLevelEnabled(level: LogLevel): boolean;
    /** A logger that adds `bindings` to every line. It shares the destination and starts at the same level. */
    child(bindings: Readonly<Record<string, unknown>>): Logger;
    /** Resolves when every line written so far has been handed to the operating system. */
    flush(): Promise<void>;
    /** Flushes, and closes the log file where this logger opened one. */
    close(): Promise<void>;
}

// options.d.ts
import { type Clock } from '@holdfast/context/clock';
import { type Destination } from './destination.ts';
import type { LogLevel } from './logger.ts';
export interface RedactOptions {
    /** Key names to hide besides the defaults, in any spelling: `card-number` also hides `cardNumber`. */
    keys?: readonly string[];
    /** What is written instead. Default `[redacted]`. */
    censor?: string;
}
export interface LoggerOptions {
    /** Field `service`. Default: `OTEL_SERVICE_NAME`, else left out. */
    serviceName?: string | undefined;
    /** Field `module`: the part of the service that writes. */
    module?: string | undefined;
    /** Default: `LOG_LEVEL`, else `info`. */
    level?: LogLevel | 'silent' | undefined;
    /** Names to hide besides the defaults, or false to hide nothing. */
    redact?: false | readonly string[] | RedactOptions | undefined;
    /** Whether the ids of the current context are on every line. Default true. */
    includeTrace?: boolean | undefined;
    /** Where lines go. Default `stdout`. */
    destination?: Destination | undefined;
    /** `pretty` is for eyes, `json` for machines; `auto` (default) is pretty where the destination is a terminal. */
    format?: 'auto' | 'json' | 'pretty' | undefined;
    /**
     * Bytes that may wait in memory, 0 to 1 MiB. Default 0: each line is with the operating system when the call
     * returns, a request line after `requestHoldMs`. What waits is written when full, each second, by `flush()`, by
     * `fatal()` and at exit; a kill loses it.
     */
    bufferBytes?: number | undefined;
    /**
     * How long, in ms, the line of a request that went well may wait for others, so that they share one system call; 0
     * to 1000, 0: until the turn of the event loop ends. Default 5. Any other line takes along what waits.
     */
    requestHoldMs?: number | undefined;
    /** How deep objects are followed, 1 to 20. Default 8. */
    maxDepth?: number | undefined;
    /** How many values one line may hold, 10 to 10000. Default 500. */
    maxValues?: number | undefined;
    /** After how many characters a string is cut, 100 to 1000000. Default 8192. */
    maxTextLength?: number | undefined;
    /** Time of the lines. Default the system's. */
    clock?: Clock | undefined;
}
export interface ResolvedOptions {
    readonly serviceName: string | undefined;
    readonly module: string | undefined;
    readonly level: LogLevel | 'silent';
    readonly redact: false | Required<RedactOptions>;
    readonly includeTrace: boolean;
    readonly destination: Destination;
    readonly format: 'auto' | 'json' | 'pretty';
    readonly bufferBytes: number;
    readonly requestHoldMs: number;
    readonly maxDepth: number;
    readonly maxValues: number;
    readonly maxTextLength: number;
    readonly clock: Clock;
}
export declare const LOGGER_DEFAULTS: {
    readonly level: 'info';
    readonly includeTrace: true;
    readonly destination: 'stdout';
    readonly format: 'auto';
    readonly censor: '[redacted]';
    readonly bufferBytes: 0;
    readonly requestHoldMs: 5;
    readonly maxDepth: 8;
    readonly maxValues: 500;
    readonly maxTextLength: 8192;
};
/** @throws LoggingOptionError naming the option, its value and what it may be */
export declare function resolveOptions(options: LoggerOptions, env?: NodeJS.ProcessEnv): ResolvedOptions;
export declare function checkLevel(name: string, value: string): LogLevel | 'silent';

// redaction.d.ts
/** Which keys and which parts of a text are never written. */
export interface Redaction {
    readonly censor: string;
    isSecretKey(key: string): boolean;
    /** The text without credentials in URLs, secret query parameters and bearer tokens. */
    cleanText(text: string): string;
}
export declare const NO_REDACTION: Redaction;
export declare function createRedaction(extraKeys: readonly string[], censor: string): Redaction;

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class LoggingError extends Error {
    abstract readonly code: string;
}
/** An option that cannot be used, a log file that cannot be opened among them. */
export declare class LoggingOptionError extends LoggingError {
    readonly name = "LoggingOptionError";
    readonly code = "ERR_LOGGING_OPTION";
    /** The name of the option or argument. */
    readonly option: string;
    constructor(option: string, message: string, options?: ErrorOptions);
}

// pretty.d.ts
export interface PrettyOptions {
    /** Default false. */
    color?: boolean;
}
/** A JSON log line for eyes: time, level, module, message and the other fields, then the stack of `err`. */
export declare function prettyLine(line: string, { color }?: PrettyOptions): string;

// request-log.d.ts
import { type TraceContext } from '@holdfast/context';
import type { Logger } from './logger.ts';
/** What is said of one request. Written in this order, absent fields left out. */
export interface RequestLogFields {
    method: string;
    /** The path without the query, which may hold secrets. */
    path: string;
    /** The matched pattern with its mount path. */
    route?: string | undefined;
    statusCode: number;
    /** Written with three decimals. */
    durationMs: number;
    responseBytes?: number | undefined;
    remoteAddress?: string | undefined;
    userAgent?: string | undefined;
    /** Whether the client left before the response was complete; written only when true. */
    aborted?: boolean | undefined;
}
/**
 * Writes the line of one request: `error` for a 5xx, `warn` for an aborted request, else `info`.
 * @param context whose ids the line carries; default the current one
 */
export type RequestLogWriter = (fields: RequestLogFields, context?: TraceContext) => void;
/**
 * A writer of request lines that puts the text of the line together itself. It is the line that the logger would
 * write, on the same destination and in order with the logger's own; where that cannot be promised, the logger writes
 * it. On a file or a standard stream a request line waits for others, `requestHoldMs` at most; one of a 5xx or of an
 * aborted request, until the turn of the event loop ends. A SIGKILL may take what waits.
 */
export declare function createRequestLog(logger: Logger): RequestLogWriter;
/** The reference: the same line by way of the logger. */
export declare function loggerWriter(logger: Logger): RequestLogWriter;
