import type { IncomingMessage } from 'node:http';
import {
  type ExtractOptions,
  extractTraceContext,
  runWithTrace,
  type TraceContextInit,
} from '@holdfast/context';
import { Scope } from '@holdfast/context/storage';

const REQUEST_SCOPE = Symbol.for('holdfast.express.scope.v1');

interface ScopedRequest extends IncomingMessage {
  [REQUEST_SCOPE]?: Scope;
}

/**
 * The scope of a request. The first middleware that asks opens it, all later ones get the same object. What is active
 * outside of the request, in the code that started the server for one, is never taken for it.
 */
export function requestScope(req: IncomingMessage): Scope | undefined {
  return (req as ScopedRequest)[REQUEST_SCOPE];
}

/** Runs `next` in the scope of the request, made from its headers when this is the first middleware to ask. */
export function enterRequestScope(
  req: IncomingMessage,
  options: ExtractOptions,
  next: (scope: Scope) => void,
): void {
  const scope = requestScope(req);
  if (scope !== undefined) {
    if (options.trusted === true) scope.fill(withoutTrace(extractTraceContext(req.headers, options)));
    next(scope);
    return;
  }
  const opened = new Scope();
  opened.fill(extractTraceContext(req.headers, options));
  (req as ScopedRequest)[REQUEST_SCOPE] = opened;
  runWithTrace(opened, () => next(opened));
}

/** A span that was started in the meantime has its trace already. */
function withoutTrace({
  requestId,
  correlationId,
  attributes,
  baggage,
  tenantId,
  userId,
  timeoutMs,
}: TraceContextInit): TraceContextInit {
  return { requestId, correlationId, attributes, baggage, tenantId, userId, timeoutMs };
}
