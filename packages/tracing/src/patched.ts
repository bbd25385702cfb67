/**
 * Whether somebody's instrumentation has put itself around a function: then the span is theirs, and one of ours would be
 * the second for the same call. The OpenTelemetry instrumentations leave these marks.
 */
export function isPatched(fn: unknown): boolean {
  const marks = fn as { __wrapped?: unknown; __original?: unknown } | undefined;
  return typeof fn === 'function' && marks?.__wrapped === true && typeof marks.__original === 'function';
}
