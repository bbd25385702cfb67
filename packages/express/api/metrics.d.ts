// metrics.d.ts
import { type HttpMetrics, type ServiceMetrics } from '@holdfast/metrics';
import type { Request, RequestHandler } from 'express';
export interface MetricsMiddlewareOptions {
    /** Where requests are recorded. Default `createHttpMetrics()`. */
    http?: HttpMetrics | undefined;
    /** Requests that are not counted, health probes for one. Default none. */
    skip?: ((req: Request) => boolean) | undefined;
}
/**
 * Records each request under its method, matched route and status, aborted ones included (status 499), with its trace
 * as an exemplar where somebody reads them.
 */
export declare function metricsMiddleware({ http, skip, }?: MetricsMiddlewareOptions): RequestHandler;
export interface MetricsEndpointOptions {
    /** Whose metrics are shown. Default those of the first `createMetrics()`. */
    metrics?: Pick<ServiceMetrics, 'render'> | undefined;
    /**
     * Who may read them. Default: whoever sends the value of `METRICS_API_KEY` as `x-api-key` or bearer token, or
     * everyone where that variable is not set.
     */
    authorize?: ((req: Request) => boolean | Promise<boolean>) | undefined;
}
/** Answers a scrape; 403 for whoever may not read. */
export declare function metricsEndpoint({ metrics, authorize, }?: MetricsEndpointOptions): RequestHandler;
