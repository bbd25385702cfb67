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
