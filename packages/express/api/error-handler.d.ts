// error-handler.d.ts
import type { ErrorRequestHandler, RequestHandler } from 'express';
export interface ErrorHandlerOptions {
    /** Told of each error that is answered with a 5xx, whose message the client does not get. */
    logger?: {
        error(context: object, message: string): void;
    } | undefined;
}
/**
 * Answers errors as JSON; mount it last. The status is the error's own (`status`, `statusCode`), or that of its
 * `code`, or 500. A 5xx says nothing of what went wrong unless `error.expose` is true.
 */
export declare function errorHandler({ logger }?: ErrorHandlerOptions): ErrorRequestHandler;
/** Answers 404 for what no route took; mount it after the routes. */
export declare function notFoundHandler(): RequestHandler;
