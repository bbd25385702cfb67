import type { ServerResponse } from 'node:http';

/** What is written to metrics and traces for a client that left before it got a status. */
const CLIENT_CLOSED_REQUEST = 499;

export interface ResponseEnd {
  /** Whether the client left before the response was complete. */
  readonly aborted: boolean;
  /** 499 when the client left before the headers were sent. */
  readonly statusCode: number;
}

/** Calls `listener` once, when the response has been handed over in full or cannot be any more. */
export function onResponseEnd(res: ServerResponse, listener: (end: ResponseEnd) => void): void {
  // 'close' follows 'finish', and comes alone when the connection breaks.
  res.on('close', () => {
    const aborted = !res.writableFinished;
    listener({ aborted, statusCode: aborted && !res.headersSent ? CLIENT_CLOSED_REQUEST : res.statusCode });
  });
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
