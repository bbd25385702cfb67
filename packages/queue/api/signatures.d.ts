// signatures/index.d.ts
export { QueueOptionError } from '../errors.ts';
export { RawBodyError, SignatureError, SignatureMalformedError, SignatureMismatchError, SignatureMissingError, SignatureStaleError, UnreadableEventError, } from './errors.ts';
export type { WebhookHeaders } from './headers.ts';
export { readEvent } from './read-event.ts';
export type { EventNames, WebhookProvider } from './scheme.ts';
export { type SignWebhookOptions, signWebhook } from './sign-webhook.ts';
export { createSignatureVerifier, SIGNATURE_DEFAULTS, type SignatureVerifier, type SignatureVerifierOptions, type VerifiedWebhook, } from './verifier.ts';

// errors.d.ts
import type { FailureClass } from './failures/failure-class.ts';
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class QueueError extends Error {
    abstract readonly code: string;
}
/** An option that cannot be used. Thrown at construction. */
export declare class QueueOptionError extends QueueError {
    readonly name = "QueueOptionError";
    readonly code = "ERR_QUEUE_OPTION";
    readonly option: string;
    constructor(option: string, message: string);
}
/** What was given to `enqueue` is not an event. Nothing was enqueued. */
export declare class InvalidWebhookEventError extends QueueError {
    readonly name = "InvalidWebhookEventError";
    readonly code = "ERR_QUEUE_INVALID_EVENT";
    readonly field: string;
    constructor(field: string, message: string);
}
/**
 * The engine did not take the job in time. Where the engine was reached and its answer was lost, the job may have
 * been stored all the same: enqueue the same event again, its id makes the second one a duplicate.
 */
export declare class QueueUnavailableError extends QueueError {
    readonly name = "QueueUnavailableError";
    readonly code = "ERR_QUEUE_UNAVAILABLE";
    readonly queue: string;
    /** When another try makes sense, in ms from now. */
    readonly retryAfterMs: number;
    constructor(queue: string, what: string, retryAfterMs: number, options?: ErrorOptions);
}
/** `requireNoEviction` is set and Redis may evict jobs when its memory is full. Nothing was enqueued. */
export declare class EvictionPolicyError extends QueueError {
    readonly name = "EvictionPolicyError";
    readonly code = "ERR_QUEUE_EVICTION_POLICY";
    /** Undefined where Redis does not tell. */
    readonly policy: string | undefined;
    constructor(queue: string, policy: string | undefined);
}
/** The spool for jobs that the server cannot take is full. Nothing was enqueued. */
export declare class SpoolFullError extends QueueError {
    readonly name = "SpoolFullError";
    readonly code = "ERR_QUEUE_SPOOL_FULL";
    readonly queue: string;
    /** When another try makes sense, in ms from now. */
    readonly retryAfterMs: number;
    constructor(queue: string, what: string, retryAfterMs: number, options?: ErrorOptions);
}
/** The queue is unavailable and its spool could not be written, on a full or broken disk. Nothing is known to be stored. */
export declare class SpoolWriteError extends QueueError {
    readonly name = "SpoolWriteError";
    readonly code = "ERR_QUEUE_SPOOL_WRITE";
    readonly queue: string;
    /** When another try makes sense, in ms from now. */
    readonly retryAfterMs: number;
    constructor(queue: string, retryAfterMs: number, options: ErrorOptions);
}
/** The server refuses a job that was spooled, and takes others. It stays in the spool and is tried again later. */
export declare class SpoolRefusedError extends QueueError {
    readonly name = "SpoolRefusedError";
    readonly code = "ERR_QUEUE_SPOOL_REFUSED";
    readonly jobId: string;
    constructor(jobId: string, options: ErrorOptions);
}
/** What was given to `add` is not a job. Nothing was enqueued. */
export declare class InvalidJobError extends QueueError {
    readonly name = "InvalidJobError";
    readonly code = "ERR_QUEUE_INVALID_JOB";
    readonly field: string;
    constructor(field: string, message: string, options?: ErrorOptions);
}
/** An attempt took longer than `jobTimeoutMs`. */
export declare class JobTimeoutError extends QueueError {
    readonly name = "JobTimeoutError";
    readonly code = "ERR_QUEUE_JOB_TIMEOUT";
    readonly failureClass: FailureClass;
    constructor(limitMs: number);
}
/**
 * Thrown by a processor that cannot run a job yet: it is put back for `retryAfterMs` without spending an attempt, as
 * often as it takes. A job that waits for its predecessor does so.
 */
export declare class JobDeferredError extends QueueError {
    readonly name = "JobDeferredError";
    readonly code = "ERR_QUEUE_JOB_DEFERRED";
    readonly failureClass: FailureClass;
    readonly retryAfterMs: number;
    /** @param retryAfterMs 0 to 31536000000, a year; anything else is one second */
    constructor(retryAfterMs: number, options?: ErrorOptions);
}
/** The queue was unavailable, the event was processed at once instead, and the processor failed. */
export declare class DirectProcessingError extends QueueError {
    readonly name = "DirectProcessingError";
    readonly code = "ERR_QUEUE_DIRECT_PROCESSING";
    constructor(queue: string, options: ErrorOptions);
}
/**
 * The queue was unavailable, the event is being processed at once instead, and the processor was not done when the time
 * of the enqueue was up. It goes on; a failure is told to `onError`.
 */
export declare class DirectProcessingUnfinishedError extends QueueError {
    readonly name = "DirectProcessingUnfinishedError";
    readonly code = "ERR_QUEUE_DIRECT_UNFINISHED";
    constructor(queue: string, limitMs: number);
}
/** A method was called after `close()`. */
export declare class QueueClosedError extends QueueError {
    readonly name = "QueueClosedError";
    readonly code = "ERR_QUEUE_CLOSED";
    constructor(queue: string);
}
/** `startWorker()` was called without a processor, or a second time. */
export declare class WorkerStartError extends QueueError {
    readonly name = "WorkerStartError";
    readonly code = "ERR_QUEUE_WORKER_START";
}
/** An optional peer dependency that the chosen engine needs is not installed. */
export declare class QueueMissingPeerError extends QueueError {
    readonly name = "QueueMissingPeerError";
    readonly code = "ERR_QUEUE_MISSING_PEER";
    readonly peer: string;
    constructor(peer: string, options: ErrorOptions);
}
/** No dead letter has this id: it never died, was redriven or was discarded. */
export declare class DeadLetterNotFoundError extends QueueError {
    readonly name = "DeadLetterNotFoundError";
    readonly code = "ERR_QUEUE_DEAD_LETTER_NOT_FOUND";
    readonly jobId: string;
    constructor(queue: string, jobId: string);
}
/** A dead letter could not be removed; it is still there. */
export declare class DiscardFailedError extends QueueError {
    readonly name = "DiscardFailedError";
    readonly code = "ERR_QUEUE_DISCARD_FAILED";
    readonly jobId: string;
    constructor(jobId: string, options?: ErrorOptions);
}
/** Somebody else has begun to redrive or discard this dead letter and is not done. Nothing was done here. */
export declare class DeadLetterBusyError extends QueueError {
    readonly name = "DeadLetterBusyError";
    readonly code = "ERR_QUEUE_DEAD_LETTER_BUSY";
    readonly jobId: string;
    /** When the other one's claim ends, in ms from now. */
    readonly retryAfterMs: number;
    constructor(jobId: string, act: string, retryAfterMs: number);
}
/** A redrive or discard of many was cut off by a failure. What was done is done; it can be resumed. */
export declare class BulkActInterruptedError extends QueueError {
    readonly name = "BulkActInterruptedError";
    readonly code = "ERR_QUEUE_BULK_INTERRUPTED";
    readonly run: string;
    /** Letters redriven or discarded before. */
    readonly done: number;
    constructor(act: string, run: string, done: number, options: ErrorOptions);
}
/** The store of a `DeadLetterQueue` failed or did not answer. What was asked for may have been done. */
export declare class DeadLetterStoreError extends QueueError {
    readonly name = "DeadLetterStoreError";
    readonly code = "ERR_QUEUE_DEAD_LETTER_STORE";
    constructor(doing: string, options: ErrorOptions);
}
/** Why a job's signal was aborted: the worker shuts down, or another worker has taken the job over. */
export declare class JobAbortedError extends QueueError {
    readonly name = "JobAbortedError";
    readonly code = "ERR_QUEUE_JOB_ABORTED";
    readonly failureClass: FailureClass;
    readonly reason: 'shutdown' | 'lock-lost';
    constructor(reason: 'shutdown' | 'lock-lost');
}

// failures/failure-class.d.ts
/** How a failure is treated; as `classifyFailure` of `@holdfast/resilience` says. */
export type FailureClass = 'transient' | 'throttled' | 'permanent' | 'cancelled' | 'overload' | 'open';
/** Why a job is dead: the class of its last failure, or that its workers died or hung too often. */
export type DeathClass = FailureClass | 'stalled';

// signatures/errors.d.ts
import { QueueError } from '../errors.ts';
/** Base of what `verify` throws: the request is not proved to come from the provider. Answer it with 401. */
export declare abstract class SignatureError extends QueueError {
}
/** A header that carries the signature is not there. */
export declare class SignatureMissingError extends SignatureError {
    readonly name = "SignatureMissingError";
    readonly code = "ERR_SIGNATURE_MISSING";
    readonly header: string;
    constructor(header: string);
}
/** A header that carries the signature is not written as the provider writes it. */
export declare class SignatureMalformedError extends SignatureError {
    readonly name = "SignatureMalformedError";
    readonly code = "ERR_SIGNATURE_MALFORMED";
    readonly header: string;
    constructor(header: string);
}
/** No active secret gives any of the signatures: forged, altered on the way, or signed with a secret not configured. */
export declare class SignatureMismatchError extends SignatureError {
    readonly name = "SignatureMismatchError";
    readonly code = "ERR_SIGNATURE_MISMATCH";
    constructor();
}
/** Signed by the provider, but too long ago or too far ahead: a replay, or a clock that is wrong. */
export declare class SignatureStaleError extends SignatureError {
    readonly name = "SignatureStaleError";
    readonly code = "ERR_SIGNATURE_STALE";
    /** How old the signature is; negative when it lies in the future. */
    readonly ageMs: number;
    constructor(ageMs: number, toleranceMs: number);
}
/** What was to be verified is not the raw body, which is what the provider signed. */
export declare class RawBodyError extends SignatureError {
    readonly name = "RawBodyError";
    readonly code = "ERR_SIGNATURE_RAW_BODY";
    constructor();
}
/** A verified request does not hold an event with an id and a type. Answer it with 400. */
export declare class UnreadableEventError extends QueueError {
    readonly name = "UnreadableEventError";
    readonly code = "ERR_WEBHOOK_UNREADABLE";
    constructor(what: string, options?: ErrorOptions);
}

// signatures/headers.d.ts
/** Headers as node:http gives them, names in lower case, or as fetch does. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>> | Headers;
/** @throws SignatureMissingError, SignatureMalformedError when the header was sent more than once */
export declare function signatureHeader(headers: WebhookHeaders, name: string): string;
/** A header that is not part of the signature, or undefined where it is absent or not plain text. */
export declare function plainHeader(headers: WebhookHeaders, name: string): string | undefined;
/** The SHA-256 values among `candidates`; those of another shape are passed over. @throws SignatureMalformedError */
export declare function digestsFrom(candidates: readonly string[], encoding: 'hex' | 'base64', header: string): Buffer[];
/** Seconds since 1970 as ms. @throws SignatureMalformedError */
export declare function timestampFrom(text: string | undefined, header: string): number;
/** The values of `key` in `k=v<separator>k=v`. */
export declare function pairs(header: string, separator: string, key: string): string[];
/** A name or id of an event, refused where it could not have come from a provider. @throws UnreadableEventError */
export declare function eventText(value: unknown, what: string, maxLength: number): string;

// signatures/read-event.d.ts
import type { WebhookHeaders } from './headers.ts';
import type { EventNames, WebhookProvider } from './scheme.ts';
/**
 * The id and the type of the event in a verified request: from GitHub's headers and `action`, Stripe's `id` and `type`,
 * Paddle's `event_id` and `event_type`, or the header and `type` of Standard Webhooks.
 * @param body the raw body, or what it was parsed to
 * @throws UnreadableEventError where the body is not a JSON object or names no event
 */
export declare function readEvent(provider: WebhookProvider, headers: WebhookHeaders, body: Uint8Array | string | object): EventNames;

// signatures/scheme.d.ts
import type { WebhookHeaders } from './headers.ts';
/** Whose way of signing is meant. */
export type WebhookProvider = 'github' | 'stripe' | 'paddle' | 'standard';
/** What the headers of a signed request say. */
export interface SignedParts {
    /** SHA-256 HMACs, of which one must fit. */
    readonly digests: readonly Buffer[];
    /** What is signed before the body. */
    readonly prefix: string;
    /** When it was signed, epoch ms; undefined where the provider does not say. */
    readonly timestamp: number | undefined;
    readonly eventId: string | undefined;
    readonly eventType: string | undefined;
}
/** The names of an event. */
export interface EventNames {
    readonly eventId: string;
    readonly eventType: string;
}
export interface SignRequest {
    readonly body: string | Uint8Array;
    /** GitHub's delivery id and the id of Standard Webhooks; the others carry it in the body. */
    readonly eventId: string;
    /** GitHub's event name; the others carry it in the body. */
    readonly eventType: string;
    /** Epoch ms. */
    readonly timestamp: number;
}
/** How one provider signs, and where it puts what an event is called. */
export interface SignatureScheme {
    /** The bytes of a secret as the provider shows it. @throws Error where it is not one */
    key(secret: string): Buffer;
    /** @throws SignatureMissingError, SignatureMalformedError */
    read(headers: WebhookHeaders): SignedParts;
    /** @throws UnreadableEventError */
    names(headers: WebhookHeaders, body: Readonly<Record<string, unknown>>): EventNames;
    sign(key: Buffer, request: SignRequest): Record<string, string>;
}
export declare function hmac(key: Buffer, prefix: string, body: string | Uint8Array): Buffer;
/** Whether any of `candidates` is `expected`; takes as long for each of them, whichever fits. */
export declare function anyEqual(expected: Buffer, candidates: readonly Buffer[]): boolean;
export declare function textKey(secret: string): Buffer;
/** Unix time in whole seconds, as it is signed. */
export declare function seconds(timestamp: number): string;
export declare const LONGEST_EVENT_ID = 512;
export declare const LONGEST_EVENT_TYPE = 256;

// signatures/sign-webhook.d.ts
import type { WebhookProvider } from './scheme.ts';
export interface SignWebhookOptions {
    /** Whose way of signing is meant. */
    provider: WebhookProvider;
    /** As the provider shows it. */
    secret: string;
    /** What is sent, to the byte. */
    body: string | Uint8Array;
    /** For GitHub's delivery id and the id of Standard Webhooks. Default a new one. */
    eventId?: string;
    /** For GitHub's event name. Default `ping`. */
    eventType?: string;
    /** Epoch ms. Default now. */
    timestamp?: number;
}
/**
 * The headers with which the provider would send `body`: for tests, and for whoever plays the provider.
 * @throws QueueOptionError
 */
export declare function signWebhook(options: SignWebhookOptions): Record<string, string>;

// signatures/verifier.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { WebhookHeaders } from './headers.ts';
import { type WebhookProvider } from './scheme.ts';
export interface SignatureVerifierOptions {
    /** Whose webhooks are verified. */
    provider: WebhookProvider;
    /** Every secret that is active; while one is rolled over, the old and the new. As the provider shows them. */
    secrets: readonly string[];
    /** How far the time of the signature may lie from ours, either way. Default 300000. GitHub signs no time. */
    toleranceMs?: number;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
/** What is known of a request that its provider has signed. */
export interface VerifiedWebhook {
    readonly provider: WebhookProvider;
    /** From the headers, where the provider puts it there; `readEvent` knows it from the body too. */
    readonly eventId?: string;
    readonly eventType?: string;
    /** When it was signed, epoch ms. */
    readonly timestamp?: number;
}
/** Verifies one provider's webhooks. */
export interface SignatureVerifier {
    /**
     * Checks the signature over the bytes as they were received.
     * @throws SignatureError and nothing else, whatever the headers hold
     */
    verify(rawBody: Uint8Array | string, headers: WebhookHeaders): VerifiedWebhook;
}
/** Every default of a verifier. */
export declare const SIGNATURE_DEFAULTS: {
    readonly toleranceMs: number;
};
/**
 * A verifier for one provider's webhooks.
 * @throws QueueOptionError for an unknown provider, no secret, or a secret that is not one
 */
export declare function createSignatureVerifier(options: SignatureVerifierOptions): SignatureVerifier;
