import type { Context } from '@opentelemetry/api';

/** The key of `@opentelemetry/core`, so that each side leaves the other's own traffic alone. */
const SUPPRESS_TRACING = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** A context in which nothing is traced: what an exporter sends must not make spans of its own. */
export function suppressTracing(context: Context): Context {
  return context.setValue(SUPPRESS_TRACING, true);
}

export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_TRACING) === true;
}
