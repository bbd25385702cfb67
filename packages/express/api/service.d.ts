// service.d.ts
import type { Express } from 'express';
import { type Listening } from './listen.ts';
import { type ServiceOptions, type ServiceParts } from './service-options.ts';
export { ExpressAdapterError, ExpressMissingPeerError, ExpressOptionError, ListenError } from './errors.ts';
export type { Listening } from './listen.ts';
export type { ServiceOptions, ServiceParts } from './service-options.ts';
/** An Express application with everything around it. */
export interface Service extends ServiceParts, AsyncDisposable {
    readonly app: Express;
    /** @throws ListenError when the port cannot be used, or when the service listens already */
    listen(port: number, host?: string): Promise<Listening>;
    /** Stops accepting, lets requests end, writes out what is buffered. A signal does the same, with the other steps of the lifecycle. */
    close(): Promise<void>;
}
/**
 * An Express application with context, tracing, metrics, request log, probes and error answers in the right order.
 * @throws ExpressOptionError, ExpressMissingPeerError, and what the packages throw for their options
 */
export declare function createService(options: ServiceOptions): Promise<Service>;

// listen.d.ts
import type { Server } from 'node:http';
/** Where the service listens. */
export interface Listening {
    /** The one it got where 0 was asked for. */
    readonly port: number;
    /** For a client on this machine. */
    readonly url: string;
}
/**
 * Starts to listen.
 * @param host default: every interface
 * @throws ListenError in one line for a port that is in use or may not be used
 */
export declare function listen(server: Server, port: number, host?: string): Promise<Listening>;

// service-options.d.ts
import type { Health, HealthOptions, Lifecycle } from '@holdfast/lifecycle';
import type { Logger, LoggerOptions } from '@holdfast/logging';
import type { MetricsOptions, ServiceMetrics } from '@holdfast/metrics';
import type { Tracing, TracingOptions } from '@holdfast/tracing';
import type { Express, RequestHandler } from 'express';
import type { CorrelationMiddlewareOptions } from './correlation.ts';
/**
 * What a service is made of, for its routes to use. What an option switched off is undefined, and so is a tracing that
 * the application started itself.
 */
export interface ServiceParts {
    readonly logger: Logger | undefined;
    readonly tracing: Tracing | undefined;
    readonly metrics: ServiceMetrics | undefined;
    readonly health: Health | undefined;
    readonly lifecycle: Lifecycle;
}
/**
 * For `logger`, `tracing`, `metrics` and `health`: left out or true for the defaults, options, false for none, or one
 * that exists. What the service makes it also ends; what it is given stays the giver's to end.
 */
export interface ServiceOptions {
    /** `service` in metrics and log lines, `service.name` in traces. */
    name: string;
    /** `service.version` in traces. Default none. */
    version?: string | undefined;
    /** Default `NODE_ENV`. */
    environment?: string | undefined;
    /** One line for each request, and the errors behind a 5xx. Package @holdfast/logging. */
    logger?: boolean | Logger | LoggerOptions | undefined;
    /** Default: spans are exported where an endpoint or exporter is configured, ids continue the caller's trace anyhow. */
    tracing?: boolean | Tracing | TracingOptions | undefined;
    /** With `/metrics`. Package @holdfast/metrics. */
    metrics?: boolean | ServiceMetrics | MetricsOptions | undefined;
    /** With `/health`, `/health/live`, `/health/ready` and `/health/startup`; start-up steps begin when it listens. */
    health?: boolean | Health | HealthOptions | undefined;
    /** Whose shutdown ends the service. Default `gracefulShutdown`, which listens to SIGTERM and SIGINT. */
    lifecycle?: Lifecycle | undefined;
    /** Whom to believe about ids and deadlines. Default nobody. */
    correlation?: CorrelationMiddlewareOptions | undefined;
    /** Security headers for every route: `helmet()`. */
    security?: RequestHandler | undefined;
    /** `compression()`. */
    compression?: RequestHandler | undefined;
    /** Adds the routes, body parsers and authentication included. */
    routes: (app: Express, parts: ServiceParts) => void | Promise<void>;
}
/** @throws ExpressOptionError */
export declare function checkServiceOptions({ name, routes }: ServiceOptions): void;

// correlation.d.ts
import type { Request, RequestHandler } from 'express';
declare global {
    namespace Express {
        interface Request {
            /** The sender's `X-Request-ID` where it is acceptable, else a new id. Set by `correlationMiddleware()`. */
            id: string;
            /** The sender's `X-Correlation-ID` where it is acceptable, else the request id. */
            correlationId: string;
        }
    }
}
export interface CorrelationMiddlewareOptions {
    /**
     * Whether the sender may say who is at work (`x-tenant-id`, `x-user-id`), shorten the deadline
     * (`x-request-timeout-ms`) and give `baggage` along; a function decides for each request. Default false: anyone can write a header.
     */
    trusted?: boolean | ((req: Request) => boolean);
}
/**
 * Opens the one scope of a request, or joins the one that another middleware opened, sets `req.id` and
 * `req.correlationId` and answers with `X-Request-ID` and `X-Correlation-ID`.
 */
export declare function correlationMiddleware({ trusted, }?: CorrelationMiddlewareOptions): RequestHandler;

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
