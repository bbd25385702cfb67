import type { IncomingMessage } from 'node:http';
import {
  type ExtractOptions,
  extractTraceContext,
  runWithTrace,
  type TraceContextInit,
} from '@holdfast/context';
import { contextStorage, Scope } from '@holdfast/context/storage';

/** Under this key an HTTP instrumentation of OpenTelemetry leaves what it knows of the request in hand. */
const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA');

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
  const instrumented = scopeOfInstrumentation();
  const opened = instrumented ?? new Scope();
  const read = extractTraceContext(req.headers, options);
  opened.fill(instrumented === undefined ? read : withoutTrace(read));
  (req as ScopedRequest)[REQUEST_SCOPE] = opened;
  runWithTrace(opened, () => next(opened));
}

/** Inside of what an instrumentation has made active for this very request, which has its trace and its span already. */
function scopeOfInstrumentation(): Scope | undefined {
  const outer = contextStorage.getStore();
  return outer?.getValue(RPC_METADATA) === undefined ? undefined : outer.child();
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
