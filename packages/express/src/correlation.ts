import type { Request, RequestHandler } from 'express';
import { enterRequestScope } from './request-scope.ts';

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
export function correlationMiddleware({
  trusted = false,
}: CorrelationMiddlewareOptions = {}): RequestHandler {
  return (req, res, next) => {
    const options = { trusted: typeof trusted === 'function' ? trusted(req) : trusted };
    enterRequestScope(req, options, (scope) => {
      const { requestId, correlationId } = scope;
      req.id = requestId;
      req.correlationId = correlationId;
      res.setHeader('X-Request-ID', requestId);
      res.setHeader('X-Correlation-ID', correlationId);
      // The signal stays as it is: who has left does not abort a commit under way.
      if (scope.deadline !== undefined) res.once('close', () => scope.deadline?.release());
      next();
    });
  };
}
