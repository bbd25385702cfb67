// tracing.d.ts
import type { Request, RequestHandler } from 'express';
export interface TracingMiddlewareOptions {
    /** Requests without a span, health probes for one. Default none. */
    skip?: ((req: Request) => boolean) | undefined;
}
/**
 * Makes the server span of each request, which continues the caller's trace, is named after the matched route and ends
 * with the response. It fills the scope that `correlationMiddleware()` opened, or opens it. Without `initTracing()` it
 * records nothing, and says so at the first request, by a warning of the process with the code
 * `HOLDFAST_TRACING_NOT_STARTED`.
 */
export declare function tracingMiddleware({ skip }?: TracingMiddlewareOptions): RequestHandler;
