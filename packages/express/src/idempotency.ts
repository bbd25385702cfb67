import type { IncomingMessage } from 'node:http';
import type { IdempotencyStore } from '@holdfast/idempotency';
import {
  captureResponse,
  createHttpIdempotency,
  type HttpIdempotencyOptions,
  type RequestIdempotency,
  sendAnswer,
} from '@holdfast/idempotency/http';
import type { Request, RequestHandler } from 'express';
import { requestScope } from './request-scope.ts';
import { routePattern } from './route-pattern.ts';

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

const NO_VALUES: readonly string[] = [];

/**
 * Answers a request whose key was answered before with the same answer, and runs no handler twice. Mount it after
 * authentication, rate limits and body parsers.
 * @throws IdempotencyOptionError
 */
export function idempotencyMiddleware(
  store: IdempotencyStore,
  options: IdempotencyMiddlewareOptions = {},
): RequestHandler {
  const { tenant, principal, fingerprint, ...rest } = options;
  const http = createHttpIdempotency(store, rest);
  return async (req, res, next) => {
    if (!http.handles(req.method)) {
      next();
      return;
    }
    const decision = await http.decide({
      method: req.method,
      url: req.originalUrl,
      route: routePattern(req) ?? req.baseUrl + req.path,
      header: (name) => headerValues(req, name),
      body: req.body as unknown,
      isBodyUnread: isBodyUnread(req),
      // Express' parsers leave `body` behind, undefined, in a request whose media type they do not take.
      isMediaTypeUnsupported: 'body' in req && !req.readableDidRead,
      fingerprint: fingerprint?.(req),
      tenant: tenant?.(req),
      principal: principal?.(req),
      requestId: requestScope(req)?.requestId,
    });
    if (decision.kind === 'answer') {
      if (!res.destroyed) sendAnswer(res, decision.answer);
      return;
    }
    req.idempotency = decision.kind === 'run' ? decision.run : decision.idempotency;
    if (decision.kind === 'run') captureResponse(res, decision.run);
    next();
  };
}

/**
 * Every value of a header. Node joins those of a header that was sent more than once with a comma; only where there is
 * one is it worth to sort all headers of the request by how often they came.
 */
function headerValues(req: IncomingMessage, name: string): readonly string[] {
  const joined = req.headers[name];
  if (joined === undefined) return NO_VALUES;
  return typeof joined === 'string' && !joined.includes(',') ? [joined] : (req.headersDistinct[name] ?? []);
}

/** A body is announced by one of two headers; a parser that has read it leaves it in `body`. */
function isBodyUnread(req: IncomingMessage & { body?: unknown }): boolean {
  const isAnnounced =
    req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  return isAnnounced && req.body === undefined;
}
