import type { Span } from '@opentelemetry/api';
import { SpanStatusCode } from '../otel-api.ts';
import { errorType } from '../spans.ts';

/** The word in capitals that an error of Redis begins with: `WRONGTYPE`, `NOAUTH`, `MOVED`. */
const PREFIX = /^([A-Z][A-Z0-9_]{2,})\b/;

/**
 * Records why a command failed. Redis repeats arguments in some of its messages, and so would a stack: what is quoted
 * is left out, and only the class and the message that remains are recorded.
 */
export function failCommand(span: Span, error: unknown): void {
  if (!span.isRecording()) return;
  const message = withoutArguments(error instanceof Error ? error.message : String(error));
  const prefix = prefixOf(error);
  span.recordException({ name: error instanceof Error ? error.name : 'Error', message });
  span.setAttribute('error.type', prefix ?? errorType(error));
  if (prefix !== undefined) span.setAttribute('db.response.status_code', prefix);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

export function prefixOf(error: unknown): string | undefined {
  return error instanceof Error ? PREFIX.exec(error.message)?.[1] : undefined;
}

export function withoutArguments(message: string): string {
  return message
    .replace(/,? with args beginning with:[\s\S]*$/, '')
    .replace(/(['"`])(?:(?!\1)[\s\S])*(?:\1|$)/g, '?');
}
