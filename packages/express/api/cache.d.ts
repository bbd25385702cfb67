// cache.d.ts
import { type HttpCache, type HttpCacheOptions } from '@holdfast/cache/http';
import type { Request, RequestHandler, Response } from 'express';
export interface ResponseCacheOptions extends HttpCacheOptions {
    /** Which requests are left alone. */
    skip?: (req: Request, res: Response) => boolean;
    /** Whose answer it is. Default the tenant of the context. */
    tenant?: (req: Request) => string | undefined;
    /**
     * Who asks, where the answer depends on it. Without it, requests with `Authorization` or `Cookie` are not for the
     * cache. Authentication must have happened before.
     */
    principal?: (req: Request) => string | undefined;
}
/** A response cache with its middleware. */
export interface ResponseCacheHandler extends RequestHandler {
    readonly cache: HttpCache;
}
/**
 * Answers GET and HEAD from memory. Mount it after authentication and before the handlers; outside of it are
 * compression, rate limits and whatever sets headers for each request anew.
 * @throws CacheOptionError
 */
export declare function responseCache(options?: ResponseCacheOptions): ResponseCacheHandler;
/** `GET /cache/stats`: the sum over every cache of this process. Mount it where only operators can reach it. */
export declare function cacheStats(): RequestHandler;
