import { getCurrentTrace } from '@holdfast/context';

const PLAIN_ID = /^[0-9a-f]{16,32}$/;

/**
 * The comment that names the trace of whoever runs a statement, with a space after it; empty outside of a context.
 * A context may hold any text as its ids, so what is not plain hex is percent-encoded: nothing can end the comment.
 */
export function traceComment(): string {
  const trace = getCurrentTrace();
  if (trace === undefined) return '';
  return `/* traceId: ${encodeId(trace.traceId)}, spanId: ${encodeId(trace.spanId)} */ `;
}

function encodeId(id: string): string {
  return PLAIN_ID.test(id) ? id : encodeForComment(id);
}

/** Letters, digits and `-_.~` as they are, everything else as `%XX`; `*` and `/` among them. */
export function encodeForComment(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(/[!'()*]/g, (mark) => {
    return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}
