import { createLogger, createRequestLog, type Logger } from '@holdfast/logging';
import type { Request, RequestHandler, Response } from 'express';
import { clientAddress, requestPath } from './request-origin.ts';
import { requestScope } from './request-scope.ts';
import { onResponseEnd } from './response-end.ts';

export interface RequestLoggerOptions {
  /** Default `createLogger('http')`. */
  logger?: Logger | undefined;
  /** Requests without a line, health probes for one. Asked when the response has ended. Default none. */
  skip?: ((req: Request, res: Response) => boolean) | undefined;
}

/** Writes one line for each request when its response has ended, aborted ones included, with the ids of the request. */
export function requestLogger({
  logger = createLogger('http'),
  skip,
}: RequestLoggerOptions = {}): RequestHandler {
  const writeLine = createRequestLog(logger);
  return (req, res, next) => {
    // The socket forgets its address once it is closed.
    const remoteAddress = clientAddress(req);
    onResponseEnd(req, res, ({ aborted, statusCode, route, durationMs }) => {
      if (skip?.(req, res) === true) return;
      const fields = {
        method: req.method,
        path: requestPath(req),
        route,
        statusCode,
        durationMs,
        responseBytes: contentLength(res),
        remoteAddress,
        userAgent: req.headers['user-agent'],
        aborted,
      };
      writeLine(fields, requestScope(req));
    });
    next();
  };
}

/** As the response declared it; a stream without a length has none. */
function contentLength(res: Response): number | undefined {
  const declared = res.getHeader('content-length');
  return declared === undefined ? undefined : Number(declared);
}
