import { correlationMiddleware } from '@holdfast/express/correlation';
import { errorHandler } from '@holdfast/express/error-handler';
import { tracingMiddleware } from '@holdfast/express/tracing';
import { tracedFetch } from '@holdfast/tracing/http';
import express, { type Express } from 'express';

/** One call that the service is asked to make. */
interface Call {
  readonly url: string;
  readonly arguments: unknown;
}

export interface TraceContextServiceOptions {
  /** Hosts that also get ids, baggage and deadline. Default none. */
  trustedHosts?: readonly string[];
  /** Whether what senders say of tenant, baggage and deadline counts. Default false. */
  trusted?: boolean;
}

/**
 * The service that the W3C conformance suite for Trace Context asks for: `POST /test` with a list of
 * `{ url, arguments }` posts the `arguments` of each to its `url` and passes the context on.
 * @see https://github.com/w3c/trace-context/tree/main/test
 */
export function traceContextService({
  trustedHosts = [],
  trusted = false,
}: TraceContextServiceOptions = {}): Express {
  const app = express();
  app.use(correlationMiddleware({ trusted }), tracingMiddleware());
  app.post('/test', express.json(), async (req, res) => {
    const calls: unknown = req.body;
    if (!isListOfCalls(calls)) {
      res.status(400).json({ error: 'The body must be a JSON list of { url, arguments }.' });
      return;
    }
    const statuses: number[] = [];
    for (const call of calls) statuses.push(await post(call, trustedHosts));
    res.json({ statuses });
  });
  app.use(errorHandler());
  return app;
}

async function post(call: Call, trustedHosts: readonly string[]): Promise<number> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(call.arguments),
  };
  const response = await tracedFetch(call.url, init, { trustedHosts });
  await response.arrayBuffer();
  return response.status;
}

function isListOfCalls(body: unknown): body is readonly Call[] {
  return Array.isArray(body) && body.every(isCall);
}

function isCall(entry: unknown): entry is Call {
  if (typeof entry !== 'object' || entry === null || !('arguments' in entry)) return false;
  return 'url' in entry && typeof entry.url === 'string' && URL.canParse(entry.url);
}
