import { CacheInvalidation, type CacheStats } from '@holdfast/cache';
import { createHttpCache, type HttpCache, type HttpCacheOptions } from '@holdfast/cache/http';
import type { Request, RequestHandler, Response } from 'express';
import { requestScope } from './request-scope.ts';

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
export function responseCache(options: ResponseCacheOptions = {}): ResponseCacheHandler {
  const { skip, tenant, principal, ...rest } = options;
  const cache = createHttpCache(rest);
  const handler: RequestHandler = (req, res, next) => {
    cache.handle(
      {
        req,
        url: req.originalUrl,
        tenant: tenant === undefined ? requestScope(req)?.tenantId : tenant(req),
        principal: principal?.(req),
        skip: skip?.(req, res) ?? false,
      },
      res,
      next,
    );
  };
  return Object.assign(handler, { cache });
}

/** `GET /cache/stats`: the sum over every cache of this process. Mount it where only operators can reach it. */
export function cacheStats(): RequestHandler {
  return (_req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    res.json(CacheInvalidation.stats() satisfies CacheStats);
  };
}
