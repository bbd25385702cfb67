/** Hostile request headers through `extractTraceContext`, and what comes out of it through `getTraceHeaders`. */
import { validateHeaderValue } from 'node:http';
import {
  createTraceContext,
  extractTraceContext,
  getTraceHeaders,
  runWithTrace,
  type TraceContextInit,
} from '@holdfast/context';
import type { Random } from '../harness/random.ts';
import { goodId, type HeaderValue, hex, hostileHeader } from './hostile.ts';

export type Headers = Readonly<Record<string, HeaderValue>>;

const ID = /^[A-Za-z0-9._:-]{1,128}$/;
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;
/** Printable ASCII, as a tracestate may be passed on. */
const PRINTABLE = /^[\x20-\x7e]+$/;
/** What a baggage header may hold, and how much of it. */
const BAGGAGE = /^[\x21\x23-\x5b\x5d-\x7e]{0,8192}$/;
const MAX_STATE_MEMBERS = 32;
const MAX_TIMEOUT_MS = 999_999_999;

/** One case; the messages of what is wrong, none when all is well. */
export function fuzzContextHeaders(random: Random): string[] {
  const headers = hostileHeaders(random);
  const trusted = random.chance(0.5);
  const wrong: string[] = [];
  try {
    const init = extractTraceContext(headers, { trusted });
    wrong.push(...checkInit(init, headers, trusted), ...checkOutgoing(init));
  } catch (error) {
    wrong.push(`threw ${String(error)}`);
  }
  if (Object.keys(Object.prototype).length > 0) wrong.push('Object.prototype has been written to');
  return wrong.map((what) => `extractTraceContext: ${what}, for ${JSON.stringify(headers).slice(0, 500)}`);
}

/** Every header that the context reads, good or hostile. */
export function hostileHeaders(random: Random): Headers {
  const traceparent = `00-${hex(random, 32)}-${hex(random, 16)}-0${random.between(0, 3)}`;
  return {
    traceparent: hostileHeader(random, traceparent),
    tracestate: hostileHeader(random, `vendor=${goodId(random)},other@tenant=1`),
    'x-request-id': hostileHeader(random, goodId(random)),
    'x-correlation-id': hostileHeader(random, goodId(random)),
    'x-trace-id': hostileHeader(random, hex(random, 32)),
    'x-tenant-id': hostileHeader(random, goodId(random)),
    'x-user-id': hostileHeader(random, goodId(random)),
    'x-request-timeout-ms': hostileHeader(random, String(random.between(0, 60_000))),
    baggage: hostileHeader(random, `tier=gold;ttl=30, city=Z%C3%BCrich,${goodId(random)}=`),
  };
}

function checkInit(init: TraceContextInit, headers: Headers, trusted: boolean): string[] {
  const wrong: string[] = [];
  const expect = (holds: boolean, what: string): void => void (holds || wrong.push(what));
  for (const name of ['requestId', 'correlationId', 'tenantId', 'userId'] as const) {
    const value = init[name];
    expect(value === undefined || ID.test(value), `${name} is not an acceptable id`);
  }
  const claimed = [init.tenantId, init.userId, init.timeoutMs, init.baggage].some(
    (value) => value !== undefined,
  );
  expect(trusted || !claimed, 'an untrusted sender has set identity, baggage or deadline');
  const { timeoutMs = 0 } = init;
  expect(
    Number.isInteger(timeoutMs) && timeoutMs >= 0 && timeoutMs <= MAX_TIMEOUT_MS,
    'timeoutMs is not a duration',
  );
  expect(init.requestId === acceptableOf(headers['x-request-id']), 'requestId is not what was sent');
  wrong.push(...checkTrace(init, headers['traceparent']));
  return wrong;
}

function checkTrace({ traceId, parentSpanId, traceState }: TraceContextInit, sent: HeaderValue): string[] {
  const wrong: string[] = [];
  const [header, surplus] = typeof sent === 'string' ? [sent] : (sent ?? []);
  const continues = header !== undefined && surplus === undefined && isVersion00(header);
  if (continues && traceId !== header.slice(3, 35)) wrong.push('a valid traceparent was not continued');
  if (traceId === undefined) {
    if (traceState !== undefined) wrong.push('tracestate was kept without a traceparent');
    return wrong;
  }
  if (!TRACE_ID.test(traceId)) wrong.push('traceId is malformed');
  if (!SPAN_ID.test(parentSpanId ?? '')) wrong.push('parentSpanId is malformed');
  if (traceState !== undefined) {
    if (!PRINTABLE.test(traceState)) wrong.push('tracestate holds a character that may not be sent');
    if (traceState.split(',').length > MAX_STATE_MEMBERS) wrong.push('tracestate has too many members');
  }
  return wrong;
}

/** What was read goes out again: every header must be one that node:http takes, and strangers get only the trace. */
function checkOutgoing(init: TraceContextInit): string[] {
  return runWithTrace(createTraceContext(init), () => {
    const own = getTraceHeaders({ host: 'api.internal', trustedHosts: ['api.internal'] });
    const foreign = Object.keys(getTraceHeaders({ host: 'example.com', trustedHosts: ['api.internal'] }));
    const leaked = foreign.filter((name) => name !== 'traceparent' && name !== 'tracestate');
    const wrong = Object.entries({ ...getTraceHeaders(), ...own }).flatMap(refusedByNode);
    if (leaked.length > 0) wrong.push(`a host that is not on the allow-list got ${leaked.join(', ')}`);
    if (!BAGGAGE.test(own.baggage ?? '')) wrong.push('baggage is malformed or too long');
    return wrong;
  });
}

function refusedByNode([name, value]: [string, string]): string[] {
  try {
    validateHeaderValue(name, value);
    return [];
  } catch (error) {
    return [`the outgoing ${name} is refused by node:http: ${String(error)}`];
  }
}

function acceptableOf(value: HeaderValue): string | undefined {
  return typeof value === 'string' && ID.test(value) ? value : undefined;
}

/** The grammar of version 00, read by position: https://www.w3.org/TR/trace-context-2/#traceparent-header-field-values */
function isVersion00(header: string): boolean {
  const [version, traceId, spanId, flags, ...rest] = header.split('-');
  return (
    header.length === 55 &&
    rest.length === 0 &&
    version === '00' &&
    TRACE_ID.test(traceId ?? '') &&
    SPAN_ID.test(spanId ?? '') &&
    /^[0-9a-f]{2}$/.test(flags ?? '')
  );
}
