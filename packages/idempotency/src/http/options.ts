import {
  IDEMPOTENCY_DEFAULTS,
  inRange,
  oneOf,
  type Policy,
  type PolicyOptions,
  resolvePolicy,
} from '../claim/policy.ts';
import type { StoredResponse } from '../claim/record-codec.ts';
import { IdempotencyOptionError } from '../errors.ts';
import { replayOf } from './answers.ts';

/** An answer as a handler gives it: JSON, unless the body is text or bytes. */
export interface AnswerInit {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
}

/** What a reconciliation is told of the request that never ended. */
export interface ReconcileRequest {
  readonly key: string;
  readonly method: string;
  readonly route: string;
  readonly tenant: string | undefined;
  readonly principal: string | undefined;
  readonly body: unknown;
}

/** The answer of the earlier request, or what to do instead. */
export type ReconcileAnswer = { readonly completed: AnswerInit } | 'run-again' | 'refuse';

export interface HttpIdempotencyOptions extends PolicyOptions {
  /** @default 'Idempotency-Key' */
  headerName?: string;
  /**
   * How long an answer is kept, in seconds.
   * @default 86400
   */
  ttlSeconds?: number;
  /** Which methods take a key. Default POST, PUT, PATCH and DELETE; safe methods are refused. */
  methods?: readonly string[];
  /**
   * Whether a request without a key is refused with 400.
   * @default false
   */
  required?: boolean;
  /** What is done about an earlier request that never ended: a crash, a lost lease, a 5xx. Default `refuse`. */
  onLeaseExpired?: 'refuse' | 'run-again' | ((request: ReconcileRequest) => Promise<ReconcileAnswer>);
  /**
   * Whether a 5xx other than 503 is kept and given again. Otherwise it counts as not ended, unless the handler called
   * `release()` or its transaction was rolled back.
   * @default false
   */
  storeServerErrors?: boolean;
  /**
   * Headers that a later request gets too, in lower case. `set-cookie`, `date` and the like are refused. Default
   * content-type, content-language, content-disposition, location, etag, last-modified, cache-control and link.
   */
  replayHeaders?: readonly string[];
  /**
   * Largest input to tell requests apart by, in bytes (characters of canonical JSON), 1 to 104,857,600.
   * @default 1048576
   */
  maxRequestBytes?: number;
  /**
   * Largest answer that is kept, in bytes, 0 to 104,857,600. A larger one is sent and cannot be given again.
   * @default 1048576
   */
  maxResponseBytes?: number;
}

export interface HttpSettings {
  readonly policy: Policy<StoredResponse>;
  readonly headerName: string;
  readonly methods: ReadonlySet<string>;
  readonly required: boolean;
  readonly storeServerErrors: boolean;
  readonly replayHeaders: readonly string[];
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  readonly reconcile: ((request: ReconcileRequest) => Promise<ReconcileAnswer>) | undefined;
}

const OWNER = 'idempotencyMiddleware';
const LARGEST_BODY = 104_857_600;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What belongs to one answer, one connection or one session, and never to another. */
const NEVER_REPLAYED = new Set(
  (
    'set-cookie date content-length content-encoding transfer-encoding connection keep-alive trailer upgrade te ' +
    'proxy-authenticate traceparent tracestate x-request-id x-correlation-id x-idempotent-replayed'
  ).split(' '),
);

/** @throws IdempotencyOptionError */
export function resolveHttp(options: HttpIdempotencyOptions): HttpSettings {
  const defaults = IDEMPOTENCY_DEFAULTS;
  const { headerName = defaults.headerName, ttlSeconds = defaults.ttlSeconds } = options;
  const { onLeaseExpired = 'refuse', maxRequestBytes, maxResponseBytes } = options;
  if (!TOKEN.test(headerName))
    throw new IdempotencyOptionError('headerName', `${OWNER}: headerName is not the name of a header.`);
  if (typeof onLeaseExpired !== 'function')
    oneOf(OWNER, 'onLeaseExpired', onLeaseExpired, ['refuse', 'run-again']);
  inRange(OWNER, 'ttlSeconds', ttlSeconds, 1, 36_500 * 86_400);
  return {
    policy: resolvePolicy(OWNER, options, {
      ttlMs: ttlSeconds * 1000,
      takesOver: onLeaseExpired !== 'refuse',
      read: replayOf,
    }),
    headerName: headerName.toLowerCase(),
    methods: methodsOf(options.methods ?? defaults.methods),
    required: options.required ?? false,
    storeServerErrors: options.storeServerErrors ?? false,
    replayHeaders: replayHeadersOf(options.replayHeaders ?? defaults.replayHeaders),
    maxRequestBytes: inRange(
      OWNER,
      'maxRequestBytes',
      maxRequestBytes ?? defaults.maxRequestBytes,
      1,
      LARGEST_BODY,
    ),
    maxResponseBytes: inRange(
      OWNER,
      'maxResponseBytes',
      maxResponseBytes ?? defaults.maxResponseBytes,
      0,
      LARGEST_BODY,
    ),
    reconcile: typeof onLeaseExpired === 'function' ? onLeaseExpired : undefined,
  };
}

function methodsOf(methods: readonly string[]): ReadonlySet<string> {
  const upper = methods.map((method) => method.toUpperCase());
  const safe = upper.find((method) => SAFE_METHODS.has(method) || !TOKEN.test(method));
  if (safe === undefined) return new Set(upper);
  throw new IdempotencyOptionError(
    'methods',
    `${OWNER}: methods has ${JSON.stringify(safe)} in it; it must hold names of methods that change something, such as POST.`,
  );
}

function replayHeadersOf(names: readonly string[]): readonly string[] {
  const lower = names.map((name) => name.toLowerCase());
  const wrong = lower.find((name) => NEVER_REPLAYED.has(name) || !TOKEN.test(name));
  if (wrong === undefined) return lower;
  throw new IdempotencyOptionError(
    'replayHeaders',
    `${OWNER}: replayHeaders has ${JSON.stringify(wrong)} in it, which belongs to one answer alone.`,
  );
}
