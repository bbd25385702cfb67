import type { ServerResponse } from 'node:http';
import type { Request } from 'express';
import { routePattern } from './route-pattern.ts';

/** What is written to metrics and traces for a client that left before it got a status. */
const CLIENT_CLOSED_REQUEST = 499;

export interface ResponseEnd {
  /** Whether the client left before the response was complete. */
  readonly aborted: boolean;
  /** 499 when the client left before the headers were sent. */
  readonly statusCode: number;
  /** The pattern that matched the request, undefined when none did. */
  readonly route: string | undefined;
  /** Since the first of our middlewares asked for the end of this response. */
  readonly durationMs: number;
}

type EndListener = (end: ResponseEnd) => void;

const END_LISTENERS = Symbol.for('holdfast.express.end.v1');

interface WatchedResponse extends ServerResponse {
  [END_LISTENERS]?: EndListener[];
}

/** Calls `listener` once, when the response has been handed over in full or cannot be any more. */
export function onResponseEnd(req: Request, res: ServerResponse, listener: EndListener): void {
  const watched: WatchedResponse = res;
  const listeners = watched[END_LISTENERS];
  if (listeners === undefined) watched[END_LISTENERS] = watch(req, res, listener);
  else listeners.push(listener);
}

function watch(req: Request, res: ServerResponse, first: EndListener): EndListener[] {
  const listeners = [first];
  const startedAt = performance.now();
  // 'close' follows 'finish', and comes alone when the connection breaks.
  res.on('close', () => {
    const aborted = !res.writableFinished;
    const end = {
      aborted,
      statusCode: aborted && !res.headersSent ? CLIENT_CLOSED_REQUEST : res.statusCode,
      route: routePattern(req),
      durationMs: performance.now() - startedAt,
    };
    for (const listener of listeners) listener(end);
  });
  return listeners;
}

const RESPONSE_ERROR = Symbol.for('holdfast.express.error.v1');

interface FailedResponse extends ServerResponse {
  [RESPONSE_ERROR]?: unknown;
}

/** Keeps the error that a response answers, for the span of the request. */
export function setResponseError(res: ServerResponse, error: unknown): void {
  (res as FailedResponse)[RESPONSE_ERROR] = error;
}

export function responseError(res: ServerResponse): unknown {
  return (res as FailedResponse)[RESPONSE_ERROR];
}
