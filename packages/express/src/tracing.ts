import { isTracingStarted, startHttpServerSpan } from '@holdfast/tracing';
import type { Request, RequestHandler } from 'express';
import { ClientAbortedError } from './errors.ts';
import { requestOrigin, requestPath } from './request-origin.ts';
import { enterRequestScope } from './request-scope.ts';
import { onResponseEnd, responseError } from './response-end.ts';

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
export function tracingMiddleware({ skip }: TracingMiddlewareOptions = {}): RequestHandler {
  let isChecked = false;
  return (req, res, next) => {
    if (!isChecked) {
      isChecked = true;
      warnIfNotStarted();
    }
    if (skip?.(req) === true) {
      next();
      return;
    }
    enterRequestScope(req, {}, () => {
      const { address, scheme, hostname } = requestOrigin(req);
      const span = startHttpServerSpan({
        method: req.method,
        path: requestPath(req),
        scheme,
        serverAddress: hostname,
        serverPort: req.socket.localPort,
        clientAddress: address,
        userAgent: req.headers['user-agent'],
        protocolVersion: req.httpVersion,
      });
      onResponseEnd(req, res, ({ aborted, statusCode, route }) => {
        if (route !== undefined) span.setRoute(route);
        span.end({ statusCode, error: aborted ? new ClientAbortedError() : responseError(res) });
      });
      span.run(() => next());
    });
  };
}

function warnIfNotStarted(): void {
  if (isTracingStarted()) return;
  process.emitWarning(
    'tracingMiddleware() records nothing: no tracing is started. Call initTracing() of @holdfast/tracing before the first request, or leave the middleware out.',
    { code: 'HOLDFAST_TRACING_NOT_STARTED' },
  );
}
