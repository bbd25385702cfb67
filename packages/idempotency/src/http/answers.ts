import { decodeRecord, type StoredResponse } from '../claim/record-codec.ts';
import { IdempotencyOptionError } from '../errors.ts';
import type { AnswerInit } from './options.ts';

/** An import of `node:http` would load Node's fetch and HTTP/2, too. */
const { STATUS_CODES } = process.getBuiltinModule('node:http');

const REPLAYED_HEADER = 'X-Idempotent-Replayed';

/** A refusal before it is written for a client. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export const CONFLICT: Refusal = {
  status: 422,
  code: 'IDEMPOTENCY_KEY_CONFLICT',
  message: 'Idempotency key was already used with a different request payload',
};

export function inProgress(retryAfterMs: number): Refusal {
  return {
    status: 409,
    code: 'DUPLICATE_REQUEST_IN_PROGRESS',
    message: 'A request with this idempotency key is already being processed',
    retryAfterMs,
  };
}

export const OUTCOME_UNKNOWN: Refusal = {
  status: 409,
  code: 'IDEMPOTENCY_OUTCOME_UNKNOWN',
  message:
    'An earlier request with this idempotency key began and did not report its end. It is not run again; find out what it did before using a new key',
};

export const NOT_REPLAYABLE: Refusal = {
  status: 409,
  code: 'IDEMPOTENT_RESPONSE_NOT_KEPT',
  message:
    'The request with this idempotency key was done, but its response was too large to be kept. It is not run again',
};

export const UNAVAILABLE: Refusal = {
  status: 503,
  code: 'IDEMPOTENCY_STORE_UNAVAILABLE',
  message:
    'Whether this request was done before cannot be found out at the moment. Try again with the same key',
  retryAfterMs: 1000,
};

export const KEY_MISSING: Refusal = {
  status: 400,
  code: 'IDEMPOTENCY_KEY_MISSING',
  message: 'This request needs an idempotency key',
};

export function keyInvalid(reason: string): Refusal {
  return { status: 400, code: 'IDEMPOTENCY_KEY_INVALID', message: `The idempotency key ${reason}` };
}

export const INPUT_TOO_LARGE: Refusal = {
  status: 413,
  code: 'PAYLOAD_TOO_LARGE',
  message: 'The body of the request is too large',
};

export const INPUT_UNREADABLE: Refusal = {
  status: 400,
  code: 'MALFORMED_BODY',
  message: 'The body of the request is nested too deeply',
};

export const MEDIA_TYPE_UNSUPPORTED: Refusal = {
  status: 415,
  code: 'UNSUPPORTED_MEDIA_TYPE',
  message: 'The request has a body and no Content-Type, or one that is not accepted here',
};

/** Whom a refusal is written for. */
export interface Reader {
  readonly accept: string | undefined;
  readonly requestId: string | undefined;
}

const PROBLEM = /(?:^|,)\s*application\/problem\+json\s*(?:;(?!\s*q=0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i;

/** `{ error: { code, message, requestId } }`, or RFC 9457 for whoever asks for it. */
export function refusalAnswer(refusal: Refusal, { accept, requestId }: Reader): StoredResponse {
  const { status, code, message, retryAfterMs } = refusal;
  const isProblem = accept !== undefined && PROBLEM.test(accept);
  const body = isProblem
    ? { type: 'about:blank', title: STATUS_CODES[status], status, detail: message, code, requestId }
    : { error: { code, message, requestId } };
  return {
    status,
    headers: {
      'content-type': isProblem ? 'application/problem+json' : 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...(retryAfterMs === undefined
        ? {}
        : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** @throws IdempotencyOptionError for a status that is none */
export function answerOf({ status = 200, headers = {}, body }: AnswerInit): StoredResponse {
  if (!(Number.isInteger(status) && status >= 200 && status <= 599))
    throw new IdempotencyOptionError('status', `complete: status is ${status}; it must be from 200 to 599.`);
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const [bytes, type] = bytesOf(body);
  const withType =
    type === undefined || lower['content-type'] !== undefined ? lower : { ...lower, 'content-type': type };
  return { status, headers: withType, body: bytes };
}

function bytesOf(body: unknown): [bytes: Uint8Array, type: string | undefined] {
  if (body === undefined) return [new Uint8Array(0), undefined];
  if (body instanceof Uint8Array) return [body, 'application/octet-stream'];
  if (typeof body === 'string') return [Buffer.from(body), 'text/plain; charset=utf-8'];
  return [Buffer.from(JSON.stringify(body)), 'application/json; charset=utf-8'];
}

/** Only what is on the list: the rest belongs to one answer alone. */
export function keptHeaders(
  headers: StoredResponse['headers'],
  names: readonly string[],
): StoredResponse['headers'] {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Frozen, since what is remembered is given to many. */
export function asReplay({ status, headers, body }: StoredResponse): StoredResponse {
  return Object.freeze({ status, headers: Object.freeze({ ...headers, [REPLAYED_HEADER]: 'true' }), body });
}

/** What a record is given again as. @throws SyntaxError or TypeError for a record that is none of this package */
export function replayOf(result: Uint8Array): StoredResponse {
  const decoded = decodeRecord(result);
  if (decoded.kind === 'response') return asReplay(decoded.response);
  return asReplay(refusalAnswer(NOT_REPLAYABLE, { accept: undefined, requestId: undefined }));
}
