import { createHash, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getCurrentTrace } from '@holdfast/context';
import { createHttpMetrics, type HttpMetrics, renderMetrics, type ServiceMetrics } from '@holdfast/metrics';
import type { Request, RequestHandler, Response } from 'express';
import { requestScope } from './request-scope.ts';
import { onResponseEnd } from './response-end.ts';
import { sendError } from './send-error.ts';

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
export function metricsMiddleware({
  http = createHttpMetrics(),
  skip,
}: MetricsMiddlewareOptions = {}): RequestHandler {
  return (req, res, next) => {
    if (skip?.(req) !== true) {
      http.start();
      const active = http.wantsTrace ? getCurrentTrace() : undefined;
      onResponseEnd(req, res, ({ statusCode, route, durationMs }) => {
        const trace = active ?? requestScope(req);
        http.observe({ method: req.method, route, statusCode, durationMs, trace });
      });
    }
    next();
  };
}

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
export function metricsEndpoint({
  metrics,
  authorize = hasApiKey(),
}: MetricsEndpointOptions = {}): RequestHandler {
  return async (req, res) => {
    if ((await authorize(req)) !== true) {
      sendError(req, res, {
        status: 403,
        code: 'FORBIDDEN',
        message: 'These metrics are not public.',
        headers: {},
      });
      return;
    }
    const { accept } = req.headers;
    const { contentType, parts } = await (metrics === undefined
      ? renderMetrics({ accept })
      : metrics.render({ accept }));
    res.set({ 'Content-Type': contentType, 'Cache-Control': 'no-store' }).vary('Accept');
    await sendParts(req, res, parts);
  };
}

/** Part by part, since joining, hashing and encoding many megabytes in one go would hold the event loop. */
async function sendParts(req: Request, res: Response, parts: readonly string[]): Promise<void> {
  if (parts.length <= 1 || req.method === 'HEAD') {
    res.send(parts[0] ?? '');
    return;
  }
  try {
    await pipeline(Readable.from(parts), res);
  } catch {
    // The scraper went away, or was too slow for its own limit.
  }
}

function hasApiKey(key: string | undefined = process.env['METRICS_API_KEY']): (req: Request) => boolean {
  if (key === undefined || key === '') return () => true;
  // Digests have one length, so that the comparison tells neither content nor length of the key.
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(key);
  return (req) => timingSafeEqual(digest(req.get('x-api-key') ?? bearerToken(req)), expected);
}

/** How Prometheus and its operator send a secret. */
function bearerToken(req: Request): string {
  return /^Bearer +([^ ]+) *$/i.exec(req.get('authorization') ?? '')?.[1] ?? '';
}
