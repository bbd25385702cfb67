// idempotency.d.ts
import type { IdempotencyStore } from '@holdfast/idempotency';
import { type HttpIdempotencyOptions, type RequestIdempotency } from '@holdfast/idempotency/http';
import type { Request, RequestHandler } from 'express';
declare global {
    namespace Express {
        interface Request {
            /** The key of the request and what can be said about it. Set by `idempotencyMiddleware()` for its methods. */
            idempotency: RequestIdempotency;
        }
    }
}
export interface IdempotencyMiddlewareOptions extends HttpIdempotencyOptions {
    /** Whose key it is, in part. Default the tenant of the context. */
    tenant?: (req: Request) => string | undefined;
    /** And the rest. Default the user of the context; without one, the `Authorization` header. */
    principal?: (req: Request) => string | undefined;
    /** What two requests must have in common beside method and URL. Default the parsed body, or its bytes. */
    fingerprint?: (req: Request) => unknown;
}
/**
 * Answers a request whose key was answered before with the same answer, and runs no handler twice. Mount it after
 * authentication, rate limits and body parsers.
 * @throws IdempotencyOptionError
 */
export declare function idempotencyMiddleware(store: IdempotencyStore, options?: IdempotencyMiddlewareOptions): RequestHandler;
