/**
 * What a failure says about the dependency, and so what happens next.
 * `transient`: it failed, or our limit expired during the call; the only class that counts against a circuit.
 * `throttled`: it asks for less. `permanent`: the request is wrong and stays wrong. `cancelled`: the caller gave up.
 * `overload`: we did not call, for want of a place or of time. `open`: the circuit refused.
 */
export type FailureClass = 'transient' | 'throttled' | 'permanent' | 'cancelled' | 'overload' | 'open';

const CLASSES: ReadonlySet<unknown> = new Set<FailureClass>([
  'transient',
  'throttled',
  'permanent',
  'cancelled',
  'overload',
  'open',
]);

/** Names by which libraries mark what no repetition can mend. */
const PERMANENT_NAMES: ReadonlySet<unknown> = new Set([
  'ValidationError',
  'ZodError',
  'SyntaxError',
  'UnrecoverableError',
]);

/** 408 Request Timeout and 425 Too Early ask for another try, unlike the other 4xx. */
const TRANSIENT_4XX: ReadonlySet<number> = new Set([408, 425]);

/** What another answer can stand in for. A wrong request stays wrong, and nobody waits for a cancelled one. */
const ANSWERABLE: ReadonlySet<FailureClass> = new Set(['transient', 'throttled', 'overload', 'open']);

/** How far a chain of `cause` is followed. */
export const LONGEST_CHAIN = 5;

/**
 * The class of an error, or of an HTTP response that is not a success. Reads, in this order, a `failureClass` field
 * (put one on your own errors to decide), the name and code, an HTTP status in `status`, `statusCode` or
 * `response.status`, then the same of `cause`. Whatever is not known is `transient`. Never throws.
 */
export function classifyFailure(errorOrResponse: unknown): FailureClass {
  try {
    let current = errorOrResponse;
    for (let depth = 0; depth < LONGEST_CHAIN && isObject(current); depth += 1) {
      const found = classOf(current);
      if (found !== undefined) return found;
      current = current['cause'];
    }
  } catch {
    // A getter of a foreign object threw: nothing is known of it.
  }
  return 'transient';
}

/** Whether a fallback may stand in for a failure of this class. */
export function isAnswerable(failureClass: FailureClass): boolean {
  return ANSWERABLE.has(failureClass);
}

function classOf(failure: Fields): FailureClass | undefined {
  const declared = failure['failureClass'];
  if (CLASSES.has(declared)) return declared as FailureClass;
  const name = failure['name'];
  if (name === 'AbortError' || failure['code'] === 'ABORT_ERR') return 'cancelled';
  if (PERMANENT_NAMES.has(name)) return 'permanent';
  const status = statusOf(failure);
  return status === undefined ? undefined : classOfStatus(status, failure);
}

function classOfStatus(status: number, failure: Fields): FailureClass | undefined {
  if (status === 429) return 'throttled';
  if (status === 503 && retryAfterHeader(failure) !== undefined) return 'throttled';
  if (status >= 400 && status < 500) return TRANSIENT_4XX.has(status) ? 'transient' : 'permanent';
  return status >= 500 ? 'transient' : undefined;
}

/** An object by whatever fields it has. */
type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function statusOf(failure: Fields): number | undefined {
  const { response } = failure;
  const candidates = [
    failure['status'],
    failure['statusCode'],
    isObject(response) ? response['status'] : undefined,
  ];
  return candidates.find((candidate) => typeof candidate === 'number');
}

/** The `Retry-After` value of a response, or of the response that an error carries. */
export function retryAfterHeader(failure: unknown): string | undefined {
  if (!isObject(failure)) return undefined;
  const { headers, response } = failure;
  return headerOf(headers) ?? (isObject(response) ? headerOf(response['headers']) : undefined);
}

function headerOf(headers: unknown): string | undefined {
  if (!isObject(headers)) return undefined;
  const { get } = headers;
  const value: unknown =
    typeof get === 'function'
      ? get.call(headers, 'retry-after')
      : (headers['retry-after'] ?? headers['Retry-After']);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
