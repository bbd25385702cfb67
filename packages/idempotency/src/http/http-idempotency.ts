/** What a request with a key is answered, free of any framework; an adapter hands in the parts and sends what comes out. */
import { getCurrentTenantId, getCurrentUserId } from '@holdfast/context';
import { publishRequest } from '../channels.ts';
import { type Begun, begin } from '../claim/claim.ts';
import { encodeResponse, type StoredResponse } from '../claim/record-codec.ts';
import type { Run } from '../claim/run.ts';
import { BodyNotReadError, InputTooLargeError, UncanonicalInputError } from '../errors.ts';
import { fingerprintOf, recordKey } from '../fingerprint/fingerprint.ts';
import type { IdempotencyStore } from '../stores/store.ts';
import {
  answerOf,
  asReplay,
  CONFLICT,
  INPUT_TOO_LARGE,
  INPUT_UNREADABLE,
  inProgress,
  KEY_MISSING,
  keptHeaders,
  keyInvalid,
  MEDIA_TYPE_UNSUPPORTED,
  OUTCOME_UNKNOWN,
  type Reader,
  type Refusal,
  refusalAnswer,
  UNAVAILABLE,
} from './answers.ts';
import { ClaimedRequest, type HttpRun, PassiveRequest, type RequestIdempotency } from './claimed-request.ts';
import { readKeyHeader } from './key-header.ts';
import { type HttpIdempotencyOptions, type HttpSettings, resolveHttp } from './options.ts';

/** The parts of a request, as an adapter reads them. */
export interface HttpRequestParts {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  /** The matched pattern, or the path. */
  readonly route: string;
  /** Every value of a header, one for each time that it was sent. */
  header(name: string): readonly string[];
  /** The parsed body, its bytes, or undefined where there is none. */
  readonly body: unknown;
  /** Whether there is a body that nobody has read: a mistake of the application, and `decide` throws. */
  readonly isBodyUnread: boolean;
  /**
   * Whether a parser has looked at that body and left it, since it does not take its media type: a mistake of the
   * client, which is answered 415. Default false.
   */
  readonly isMediaTypeUnsupported?: boolean;
  /** Instead of the body, what makes two requests the same. */
  readonly fingerprint?: unknown;
  /** Default the tenant and user of the context; without a user, the `Authorization` header. */
  readonly tenant?: string | undefined;
  readonly principal?: string | undefined;
  readonly requestId?: string | undefined;
}

/** What to do with a request: handle it without protection, send an answer, or handle it and record what it answers. */
export type HttpDecision =
  | { readonly kind: 'pass'; readonly idempotency: RequestIdempotency }
  | { readonly kind: 'answer'; readonly answer: StoredResponse }
  | { readonly kind: 'run'; readonly run: HttpRun };

/** Decides over requests, free of any framework. */
export interface HttpIdempotency {
  /** Whether requests of this method are looked at; the others pass by. Upper case. */
  handles(method: string): boolean;
  /** @throws BodyNotReadError; every other failure is an answer */
  decide(request: HttpRequestParts): Promise<HttpDecision>;
}

/**
 * What `idempotencyMiddleware` decides with, for the adapter of another framework.
 * @throws IdempotencyOptionError
 */
export function createHttpIdempotency(
  store: IdempotencyStore,
  options: HttpIdempotencyOptions = {},
): HttpIdempotency {
  const settings = resolveHttp(options);
  return {
    handles: (method) => settings.methods.has(method),
    decide: (request) => decide(store, settings, request),
  };
}

async function decide(
  store: IdempotencyStore,
  settings: HttpSettings,
  request: HttpRequestParts,
): Promise<HttpDecision> {
  const refuse = (refusal: Refusal): HttpDecision => ({
    kind: 'answer',
    answer: refusalAnswer(refusal, readerOf(request)),
  });
  const header = readKeyHeader(request.header(settings.headerName));
  if (header.kind === 'missing') {
    if (settings.required) return refuse(KEY_MISSING);
    return { kind: 'pass', idempotency: new PassiveRequest(undefined) };
  }
  if (header.kind === 'invalid') {
    publishRequest('http', 'invalid');
    return refuse(keyInvalid(header.reason));
  }
  const print = printOf(request, settings.maxRequestBytes);
  if ('refusal' in print) return refuse(print.refusal);
  const { tenant, principal } = whoAsks(request);
  const { method, route } = request;
  const name = recordKey(['http', tenant ?? '', principal ?? '', method, route, header.key]);
  const begun = await begin(store, settings.policy, name, print.fingerprint);
  if (begun.kind !== 'run') {
    const decision = refusalOf(begun, settings, header.key);
    return 'status' in decision ? refuse(decision) : decision;
  }
  const { run, takenOver } = begun;
  const { reconcile } = settings;
  if (takenOver && reconcile !== undefined) {
    const asked = { key: header.key, method, route, tenant, principal, body: request.body };
    const answer = await reconciled(run, settings, () => reconcile(asked));
    if (answer !== undefined) return 'code' in answer ? refuse(answer) : { kind: 'answer', answer };
  }
  publishRequest('http', 'fresh');
  return { kind: 'run', run: new ClaimedRequest(run, settings, header.key, readerOf(request)) };
}

function readerOf(request: HttpRequestParts): Reader {
  return { accept: request.header('accept')[0], requestId: request.requestId };
}

function printOf(
  { method, url, body, isBodyUnread, isMediaTypeUnsupported, fingerprint }: HttpRequestParts,
  maxBytes: number,
): { fingerprint: string } | { refusal: Refusal } {
  if (fingerprint === undefined && isBodyUnread) {
    if (isMediaTypeUnsupported === true) return { refusal: MEDIA_TYPE_UNSUPPORTED };
    throw new BodyNotReadError();
  }
  try {
    return { fingerprint: fingerprintOf(`${method} ${url}`, fingerprint ?? body, maxBytes) };
  } catch (error) {
    if (error instanceof InputTooLargeError) return { refusal: INPUT_TOO_LARGE };
    if (error instanceof UncanonicalInputError) return { refusal: INPUT_UNREADABLE };
    throw error;
  }
}

function whoAsks(request: HttpRequestParts): { tenant: string | undefined; principal: string | undefined } {
  return {
    tenant: request.tenant ?? getCurrentTenantId(),
    principal: request.principal ?? getCurrentUserId() ?? request.header('authorization')[0],
  };
}

/** Everything but a claim: an answer, or with `failOpen` no protection. */
function refusalOf(
  begun: Exclude<Begun<StoredResponse>, { kind: 'run' }>,
  { policy }: HttpSettings,
  key: string,
): Refusal | HttpDecision {
  switch (begun.kind) {
    case 'completed':
      publishRequest('http', 'replayed');
      return { kind: 'answer', answer: begun.value };
    case 'in-flight':
      publishRequest('http', 'in-flight');
      return inProgress(Math.min(begun.retryAfterMs, 1000));
    case 'mismatch':
      publishRequest('http', 'conflict');
      return CONFLICT;
    case 'unknown':
      publishRequest('http', 'unknown');
      return OUTCOME_UNKNOWN;
    case 'unavailable':
      publishRequest('http', policy.failsOpen ? 'unprotected' : 'unavailable');
      return policy.failsOpen ? { kind: 'pass', idempotency: new PassiveRequest(key) } : UNAVAILABLE;
  }
}

/** @returns undefined when the handler is to run again */
async function reconciled(
  run: Run,
  settings: HttpSettings,
  ask: () => ReturnType<NonNullable<HttpSettings['reconcile']>>,
): Promise<StoredResponse | Refusal | undefined> {
  try {
    const found = await ask();
    if (found === 'run-again') return undefined;
    if (found !== 'refuse') {
      const answer = answerOf(found.completed);
      const kept = { ...answer, headers: keptHeaders(answer.headers, settings.replayHeaders) };
      const outcome = await run.complete(encodeResponse(kept));
      return outcome.status === 'stored' ? asReplay(kept) : inProgress(1000);
    }
  } catch (error) {
    await run.abandon();
    throw error;
  }
  await run.abandon();
  return OUTCOME_UNKNOWN;
}
