import { startHttpServerSpan } from '@holdfast/tracing';
import type { Request, RequestHandler } from 'express';
import { ClientAbortedError } from './errors.ts';
import { enterRequestScope } from './request-scope.ts';
import { onResponseEnd, responseError } from './response-end.ts';
import { routePattern } from './route-pattern.ts';

export interface TracingMiddlewareOptions {
  /** Requests without a span, health probes for one. Default none. */
  skip?: ((req: Request) => boolean) | undefined;
}

/**
 * Makes the server span of each request, which continues the caller's trace, is named after the matched route and ends
 * with the response. It fills the scope that `correlationMiddleware()` opened, or opens it. Without `initTracing()` it
 * costs a call and records nothing.
 */
export function tracingMiddleware({ skip }: TracingMiddlewareOptions = {}): RequestHandler {
  return (req, res, next) => {
    if (skip?.(req) === true) {
      next();
      return;
    }
    enterRequestScope(req, {}, () => {
      const span = startHttpServerSpan({
        method: req.method,
        path: pathOf(req.originalUrl),
        scheme: req.protocol,
        serverAddress: req.hostname,
        serverPort: req.socket.localPort,
        clientAddress: req.ip,
        userAgent: req.headers['user-agent'],
        protocolVersion: req.httpVersion,
      });
      onResponseEnd(res, ({ aborted, statusCode }) => {
        const route = routePattern(req);
        if (route !== undefined) span.setRoute(route);
        span.end({ statusCode, error: aborted ? new ClientAbortedError() : responseError(res) });
      });
      span.run(() => next());
    });
  };
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
