/** An import of `node:http` would load Node's fetch and HTTP/2, too. */
const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** How an error is told to the client; free of Express. */
export interface ErrorAnswer {
  readonly status: number;
  /** Upper case, without `ERR_`. */
  readonly code: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A cursor comes from a client, and only the package that gave it can tell that another one is wrong. */
const OPTION_CODE = /^ERR_[A-Z_]+_OPTION$/;
const BAD_CURSOR = 'ERR_BAD_CURSOR';

/** Statuses of errors that do not bring their own, by the code of their class. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  ERR_CIRCUIT_OPEN: 503,
  ERR_BULKHEAD_REJECTED: 503,
  ERR_CALL_TIMEOUT: 504,
  ERR_DEADLINE_EXCEEDED: 504,
  ERR_NO_TIME_LEFT: 504,
  ERR_QUEUE_UNAVAILABLE: 503,
  ERR_QUEUE_SPOOL_FULL: 503,
  ERR_QUEUE_SPOOL_WRITE: 503,
  ERR_QUEUE_EVICTION_POLICY: 503,
  ERR_QUEUE_CLOSED: 503,
  ERR_QUEUE_DIRECT_PROCESSING: 503,
  ERR_QUEUE_DIRECT_UNFINISHED: 503,
  ERR_QUEUE_INVALID_EVENT: 400,
  ERR_QUEUE_DEAD_LETTER_NOT_FOUND: 404,
  ERR_QUEUE_DEAD_LETTER_BUSY: 409,
  ERR_WEBHOOK_UNREADABLE: 400,
  ERR_WEBHOOK_URL_REFUSED: 400,
  ERR_WEBHOOK_ENDPOINT_NOT_FOUND: 404,
  ERR_WEBHOOK_ENDPOINT_EXISTS: 409,
  ERR_WEBHOOK_DELIVERY_NOT_FOUND: 404,
  [BAD_CURSOR]: 400,
  ERR_CACHE_SOURCE_FAILED: 503,
  ERR_CACHE_ONLY_IF_CACHED: 504,
  ERR_AUDIT_FILTER: 400,
  ERR_SOFT_DELETE_FILTER: 400,
  ERR_SOFT_DELETE_NOT_FOUND: 404,
  ERR_SOFT_DELETE_RESTRICTED: 409,
  ERR_SOFT_DELETE_PARENT_DELETED: 409,
  ERR_SOFT_DELETE_RESTORE_CONFLICT: 409,
};

/** Their messages name tables and queues. */
const INTERNAL_MESSAGE = /^ERR_(?:SOFT_DELETE|QUEUE_DEAD_LETTER)_/;

/** What body parsers call their errors in `type`; their messages quote the body. */
const ANSWER_BY_PARSER_TYPE: Readonly<Record<string, readonly [code: string, message: string]>> = {
  'entity.parse.failed': ['MALFORMED_BODY', 'The body of the request could not be parsed.'],
  'entity.too.large': ['PAYLOAD_TOO_LARGE', 'The body of the request is too large.'],
};

/** Said instead of a 5xx error's own message, which is about our insides. */
const GENERIC_MESSAGE = 'Something went wrong on our side.';
const BUSY_MESSAGE = 'The service is unavailable for the moment. Try again later.';

interface KnownFields {
  status?: unknown;
  statusCode?: unknown;
  code?: unknown;
  option?: unknown;
  type?: unknown;
  expose?: unknown;
  message?: unknown;
  retryAfterMs?: unknown;
}

/** Never throws, whatever `error` is, and tells nothing of a 5xx but its kind unless `error.expose` is true. */
export function errorAnswer(error: unknown): ErrorAnswer {
  try {
    return describe(typeof error === 'object' && error !== null ? error : {});
  } catch {
    return describe({});
  }
}

function describe({
  status: ownStatus,
  statusCode,
  code: ownCode,
  option,
  type,
  expose,
  message,
  retryAfterMs,
}: KnownFields): ErrorAnswer {
  const code = option === 'cursor' && isOptionCode(ownCode) ? BAD_CURSOR : ownCode;
  const known = typeof code === 'string' ? statusOfCode(code) : undefined;
  const status = errorStatus(ownStatus) ?? errorStatus(statusCode) ?? known ?? 500;
  const headers = retryHeaders(retryAfterMs);
  const parser = typeof type === 'string' ? ANSWER_BY_PARSER_TYPE[type] : undefined;
  if (parser !== undefined) return { status, code: parser[0], message: parser[1], headers };
  const isOurs = known !== undefined || status < 500 || expose === true;
  const mayShow = status < 500 && !(typeof code === 'string' && INTERNAL_MESSAGE.test(code));
  const exposed = expose === undefined ? mayShow : expose === true;
  return {
    status,
    code: (isOurs ? publicCode(code) : undefined) ?? codeOfStatus(status),
    message: exposed && typeof message === 'string' && message !== '' ? message : genericMessage(status),
    headers,
  };
}

function isOptionCode(code: unknown): boolean {
  return typeof code === 'string' && OPTION_CODE.test(code);
}

function statusOfCode(code: string): number | undefined {
  if (code.startsWith('ERR_SIGNATURE_')) return 401;
  return Object.hasOwn(STATUS_BY_CODE, code) ? STATUS_BY_CODE[code] : undefined;
}

function errorStatus(status: unknown): number | undefined {
  return Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599
    ? Number(status)
    : undefined;
}

function publicCode(code: unknown): string | undefined {
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)
    ? code.replace(/^ERR_/, '')
    : undefined;
}

function codeOfStatus(status: number): string {
  return status === 500 ? 'INTERNAL_ERROR' : titleOf(status).toUpperCase().replace(/\W+/g, '_');
}

export function titleOf(status: number): string {
  return STATUS_CODES[status] ?? (status < 500 ? 'Bad Request' : 'Internal Server Error');
}

function genericMessage(status: number): string {
  if (status < 500) return `${titleOf(status)}.`;
  return status === 503 || status === 504 ? BUSY_MESSAGE : GENERIC_MESSAGE;
}

/** Whole seconds, rounded up, as RFC 9110 section 10.2.3 wants them. */
function retryHeaders(retryAfterMs: unknown): Readonly<Record<string, string>> {
  if (typeof retryAfterMs !== 'number' || !Number.isFinite(retryAfterMs)) return {};
  return { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
}
