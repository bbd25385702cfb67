import { describe, expect, it } from 'vitest';
import { createTraceContext, runWithTrace } from './current.ts';
import { extractTraceContext } from './headers.ts';
import { createHostAllowList } from './host-allow-list.ts';
import { getTraceHeaders, injectTraceHeaders } from './outgoing.ts';
import { ManualClock } from './testing/index.ts';
import { withDeadline } from './time-limit.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${SPAN}-01`;

describe('injectTraceHeaders', () => {
  const context = createTraceContext({
    traceId: TRACE,
    spanId: SPAN,
    traceFlags: 1,
    traceState: 'a=1',
    requestId: 'req-1',
    correlationId: 'corr-1',
    tenantId: 'acme',
    userId: 'u-1',
  });
  const WRITTEN = {
    traceparent: TRACEPARENT,
    tracestate: 'a=1',
    'x-request-id': 'req-1',
    'x-correlation-id': 'corr-1',
    'x-trace-id': TRACE,
    'x-span-id': SPAN,
    'x-tenant-id': 'acme',
  };

  it('adds the headers of the current context to an object, and the user to none', () => {
    const headers = { accept: 'text/plain' };
    expect(runWithTrace(context, () => injectTraceHeaders(headers))).toBe(headers);
    expect(headers).toEqual({ accept: 'text/plain', ...WRITTEN });
  });

  it('sets them in Headers', () => {
    const headers = runWithTrace(context, () => injectTraceHeaders(new Headers({ traceparent: 'old' })));
    expect(Object.fromEntries(headers)).toEqual(WRITTEN);
  });

  it('are the same as getTraceHeaders gives', () => {
    expect(runWithTrace(context, () => getTraceHeaders())).toEqual(WRITTEN);
  });

  it('leaves out what is not known, and a tenant that could not stand in a header', () => {
    const other = createTraceContext({ tenantId: 'a\r\nSet-Cookie: b' });
    const headers = runWithTrace(other, () => getTraceHeaders());
    expect(headers).not.toHaveProperty('tracestate');
    expect(headers).not.toHaveProperty('x-tenant-id');
  });

  it('adds nothing outside of a context', () => {
    expect(injectTraceHeaders({ a: '1' })).toEqual({ a: '1' });
    expect(getTraceHeaders()).toEqual({});
  });

  it('writes what extractTraceContext continues', () => {
    const headers = runWithTrace(context, () => getTraceHeaders());
    const next = createTraceContext(extractTraceContext({ ...headers }, { trusted: true }));
    expect(next).toMatchObject({
      traceId: TRACE,
      parentSpanId: SPAN,
      traceState: 'a=1',
      requestId: 'req-1',
      correlationId: 'corr-1',
      tenantId: 'acme',
    });
    expect(next.spanId).not.toBe(SPAN);
  });
});
