// webhook-receiver.d.ts
import type { RequestHandler } from 'express';
import { type WebhookReceiverOptions } from './webhook-options.ts';
export { BodyAlreadyReadError, ExpressAdapterError, ExpressOptionError } from './errors.ts';
export { WEBHOOK_RECEIVER_DEFAULTS, type WebhookProviderOptions, type WebhookReceiverOptions, } from './webhook-options.ts';
/**
 * Takes a webhook: verifies the signature over the bytes as received, stores the event and answers at once with
 * `{ received: true, eventId, status }`. Mount it on a path with `:provider`, before any body parser.
 * @throws ExpressOptionError for a missing secret or another option that cannot be used
 */
export declare function webhookReceiver(options: WebhookReceiverOptions): RequestHandler;

// webhook-options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { EnqueueResult, WebhookEvent } from '@holdfast/queue';
import { type SignatureVerifier, type WebhookProvider } from '@holdfast/queue/signatures';
import type { Request } from 'express';
export interface WebhookProviderOptions {
    /** Every secret that is active; while one is rolled over, the old and the new. */
    secrets: readonly string[];
    /** How its requests are signed. Default the name under which the provider is listed. */
    scheme?: WebhookProvider | undefined;
    /** How far the time of a signature may lie from ours, ms. Default 300000. */
    toleranceMs?: number | undefined;
}
export interface WebhookReceiverOptions {
    /** What `createWebhookQueue()` returns, or anything else that stores an event. */
    queue: {
        enqueue(event: WebhookEvent): Promise<EnqueueResult>;
    };
    /** By the name that stands in the URL: `{ github: { secrets: [...] } }`. */
    providers: Readonly<Record<string, WebhookProviderOptions>>;
    /** Default 1048576 (1 MiB), 1 to 26214400. */
    limitBytes?: number | undefined;
    /** Status of an event that was stored, 200 to 299. Default 200. */
    acceptedStatus?: number | undefined;
    /** The provider of a request. Default the route parameter `provider`. */
    providerOf?: ((req: Request) => string | undefined) | undefined;
    /** Time and timers. Default the system's. */
    clock?: Clock | undefined;
}
export interface Provider {
    readonly name: string;
    readonly scheme: WebhookProvider;
    readonly verifier: SignatureVerifier;
}
export interface ResolvedWebhookOptions {
    readonly queue: WebhookReceiverOptions['queue'];
    readonly providers: ReadonlyMap<string, Provider>;
    readonly limitBytes: number;
    readonly acceptedStatus: number;
    readonly providerOf: (req: Request) => string | undefined;
    readonly clock: Clock;
}
/** Every default of a receiver. */
export declare const WEBHOOK_RECEIVER_DEFAULTS: {
    readonly limitBytes: 1_048_576;
    readonly acceptedStatus: 200;
};
/** @throws ExpressOptionError naming the option, and the provider but never its secret */
export declare function resolveWebhookOptions(options: WebhookReceiverOptions): ResolvedWebhookOptions;

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class ExpressAdapterError extends Error {
    abstract readonly code: string;
}
/** An option that cannot be used. Thrown at construction. */
export declare class ExpressOptionError extends ExpressAdapterError {
    readonly name = "ExpressOptionError";
    readonly code = "ERR_EXPRESS_OPTION";
    /** The name of the option or argument. */
    readonly option: string;
    constructor(option: string, message: string, options?: ErrorOptions);
}
/** The raw body of a webhook is gone, so its signature cannot be verified. Nothing was enqueued. */
export declare class BodyAlreadyReadError extends ExpressAdapterError {
    readonly name = "BodyAlreadyReadError";
    readonly code = "ERR_EXPRESS_BODY_ALREADY_READ";
    constructor();
}
/** The client closed the connection before the response was complete. Recorded in the span, never thrown. */
export declare class ClientAbortedError extends ExpressAdapterError {
    readonly name = "ClientAbortedError";
    readonly code = "ERR_EXPRESS_CLIENT_ABORTED";
    constructor();
}
/** The service could not begin to listen. */
export declare class ListenError extends ExpressAdapterError {
    readonly name = "ListenError";
    readonly code = "ERR_EXPRESS_LISTEN";
}
/** A package that an option of `createService` asks for is not installed. */
export declare class ExpressMissingPeerError extends ExpressAdapterError {
    readonly name = "ExpressMissingPeerError";
    readonly code = "ERR_EXPRESS_MISSING_PEER";
    readonly peer: string;
    constructor(peer: string, option: string, options: ErrorOptions);
}
