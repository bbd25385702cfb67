import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTraceContext } from '../scope/current.ts';
import { extractTraceContext } from './headers.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${SPAN}-01`;

describe('extractTraceContext', () => {
  it('reads ids and trace', () => {
    const init = extractTraceContext({
      'x-request-id': 'req-1',
      'x-correlation-id': 'corr-1',
      traceparent: TRACEPARENT,
      tracestate: 'a=1',
    });
    expect(init).toEqual({
      requestId: 'req-1',
      correlationId: 'corr-1',
      traceId: TRACE,
      parentSpanId: SPAN,
      traceFlags: 1,
      traceState: 'a=1',
    });
  });

  it('leaves out ids that are not acceptable', () => {
    const init = extractTraceContext({ 'x-request-id': 'a b', 'x-correlation-id': ['a', 'b'] });
    expect(init).toEqual({ requestId: undefined, correlationId: undefined });
  });

  it('begins a new trace, and drops tracestate, for a traceparent that is missing, malformed or sent twice', () => {
    for (const traceparent of [
      undefined,
      'nonsense',
      [TRACEPARENT, TRACEPARENT],
      `${TRACEPARENT}, ${TRACEPARENT}`,
    ]) {
      const init = extractTraceContext({ traceparent, tracestate: 'a=1' });
      expect(init.traceId).toBeUndefined();
      expect(init.traceState).toBeUndefined();
    }
  });

  it('keeps the trace when only tracestate is malformed', () => {
    const init = extractTraceContext({ traceparent: TRACEPARENT, tracestate: 'bad key=1' });
    expect(init).toMatchObject({ traceId: TRACE, traceState: undefined });
  });

  it('joins tracestate headers that come in several', () => {
    expect(extractTraceContext({ traceparent: [TRACEPARENT], tracestate: ['a=1', 'b=2'] }).traceState).toBe(
      'a=1,b=2',
    );
  });

  it('makes a legacy x-trace-id an attribute, never a trace id', () => {
    const init = extractTraceContext({ 'x-trace-id': TRACE, 'x-span-id': SPAN });
    expect(init.traceId).toBeUndefined();
    expect(init.attributes).toEqual({ 'legacy.trace_id': TRACE });
  });

  it('believes tenant, user and deadline only of trusted senders', () => {
    const headers = { 'x-tenant-id': 'acme', 'x-user-id': 'u-1', 'x-request-timeout-ms': '1500' };
    expect(extractTraceContext(headers)).toEqual({ requestId: undefined, correlationId: undefined });
    expect(extractTraceContext(headers, { trusted: true })).toMatchObject({
      tenantId: 'acme',
      userId: 'u-1',
      timeoutMs: 1500,
    });
  });

  it.each(['-1', '1e3', '1.5', '', 'Infinity', '9999999999', ' 5', '0x10'])(
    'takes no deadline from %j',
    (timeout) => {
      expect(
        extractTraceContext({ 'x-request-timeout-ms': timeout }, { trusted: true }).timeoutMs,
      ).toBeUndefined();
    },
  );

  it('never throws and never lets an id of the wrong shape in, whatever the headers are', () => {
    const names = [
      'x-request-id',
      'x-correlation-id',
      'traceparent',
      'tracestate',
      'x-trace-id',
      'x-tenant-id',
      'x-user-id',
    ];
    const hostile = fc.constantFrom(
      TRACEPARENT,
      '__proto__',
      '',
      '\r\nSet-Cookie: a=b',
      'x'.repeat(10_000),
      '\u0000',
      'é',
    );
    const text = fc.oneof(hostile, fc.string({ unit: 'binary' }));
    const value = fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.constant(undefined));
    const headers = fc.dictionary(
      fc.oneof(fc.constantFrom(...names, 'x-request-timeout-ms'), fc.string()),
      value,
    );
    fc.assert(
      fc.property(headers, fc.boolean(), (given, trusted) => {
        const context = createTraceContext(extractTraceContext(given, { trusted }));
        expect(context.traceId).toMatch(/^[0-9a-f]{32}$/);
        expect(context.spanId).toMatch(/^[0-9a-f]{16}$/);
        for (const id of [
          context.requestId,
          context.correlationId,
          context.tenantId ?? 'a',
          context.userId ?? 'a',
        ]) {
          expect(id).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
