import type { ErrorRequestHandler, RequestHandler } from 'express';
import { errorAnswer } from './error-answer.ts';
import { setResponseError } from './response-end.ts';
import { sendError } from './send-error.ts';

export interface ErrorHandlerOptions {
  /** Told of each error that is answered with a 5xx, whose message the client does not get. */
  logger?: { error(context: object, message: string): void } | undefined;
}

/**
 * Answers errors as JSON; mount it last. The status is the error's own (`status`, `statusCode`), or that of its
 * `code`, or 500. A 5xx says nothing of what went wrong unless `error.expose` is true.
 */
export function errorHandler({ logger }: ErrorHandlerOptions = {}): ErrorRequestHandler {
  return (error, req, res, next) => {
    const answer = errorAnswer(error);
    setResponseError(res, error);
    if (answer.status >= 500) logger?.error({ err: error as unknown }, 'request failed');
    // Too late to answer: Express destroys the socket, which tells the client that the response is not complete.
    if (res.headersSent) next(error);
    else sendError(req, res, answer);
  };
}

/** Answers 404 for what no route took; mount it after the routes. */
export function notFoundHandler(): RequestHandler {
  return (req, res) => {
    // A route that was passed over is not what answers here.
    req.route = undefined;
    sendError(req, res, { status: 404, code: 'NOT_FOUND', message: 'There is nothing here.', headers: {} });
  };
}
