import { retryAfterMs } from '@holdfast/resilience';
import type { DeliveryErrorClass } from './channels.ts';
import { AddressRefusedError, WebhookSecretError } from './errors.ts';
import { AttemptTimeoutError, type PostAnswer } from './http/post.ts';

/** How an attempt ended. */
export interface AttemptEnd {
  readonly statusCode: number | null;
  /** Null for a delivery. */
  readonly errorClass: DeliveryErrorClass | null;
  readonly excerpt: string | null;
  /** How long the endpoint asked us to wait. */
  readonly retryAfterMs: number | undefined;
}

/** Any 2xx is a delivery, 410 ends the endpoint, everything else is tried again. */
export function endOfAnswer(answer: PostAnswer, excerptBytes: number): AttemptEnd {
  const { statusCode, headers, body } = answer;
  const askedMs = retryAfterMs({ headers });
  return {
    statusCode,
    errorClass: classOf(statusCode, askedMs),
    excerpt: excerptOf(body.subarray(0, excerptBytes)),
    retryAfterMs: askedMs,
  };
}

function classOf(statusCode: number, askedMs: number | undefined): DeliveryErrorClass | null {
  if (statusCode >= 200 && statusCode < 300) return null;
  if (statusCode === 410) return 'gone';
  if (statusCode === 429 || (statusCode === 503 && askedMs !== undefined)) return 'throttled';
  return statusCode >= 300 && statusCode < 400 ? 'redirect' : 'status';
}

/** Of what was thrown instead of an answer; its message names no secret and no header. */
export function endOfError(error: unknown): AttemptEnd {
  return {
    statusCode: null,
    errorClass: classOfError(error),
    excerpt: error instanceof Error ? printable(error.message).slice(0, 300) : null,
    retryAfterMs: undefined,
  };
}

const DNS_CODES = new Set([
  'ENOTFOUND',
  'ENODATA',
  'EAI_AGAIN',
  'ESERVFAIL',
  'ETIMEOUT',
  'EREFUSED',
  'EBADNAME',
]);
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/;

function classOfError(error: unknown): DeliveryErrorClass {
  if (error instanceof AttemptTimeoutError) return 'timeout';
  if (error instanceof AddressRefusedError) return 'refused-address';
  if (error instanceof WebhookSecretError) return 'secret';
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return 'connection';
  if (DNS_CODES.has(code)) return 'dns';
  return TLS_CODE.test(code) ? 'tls' : 'connection';
}

/** As text that is safe to show in a terminal or a page. */
function excerptOf(bytes: Buffer): string | null {
  return bytes.length === 0 ? null : printable(bytes.toString('utf8'));
}

function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t\n]/gu, '\ufffd');
}
