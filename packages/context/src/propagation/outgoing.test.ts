import { describe, expect, it } from 'vitest';
import { withDeadline } from '../deadline/time-limit.ts';
import { createTraceContext, runWithTrace } from '../scope/current.ts';
import { ManualClock } from '../testing/index.ts';
import { extractTraceContext } from './headers.ts';
import { createHostAllowList } from './host-allow-list.ts';
import { getTraceHeaders, injectTraceHeaders } from './outgoing.ts';

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

describe('injectTraceHeaders with a destination', () => {
  const context = () =>
    createTraceContext({
      traceId: TRACE,
      spanId: SPAN,
      traceFlags: 1,
      traceState: 'a=1',
      requestId: 'req-1',
      correlationId: 'corr-1',
      tenantId: 'acme',
      baggage: [{ key: 'tier', value: 'gold', properties: [] }],
    });
  const to = (host: string | URL, trustedHosts: readonly string[] = ['api.internal']) =>
    runWithTrace(context(), () => getTraceHeaders({ host, trustedHosts }));

  it('sends a host that is not on the allow-list the trace and nothing else', () => {
    expect(to('example.com')).toEqual({ traceparent: TRACEPARENT, tracestate: 'a=1' });
    expect(to('api.internal', [])).toEqual({ traceparent: TRACEPARENT, tracestate: 'a=1' });
    expect(runWithTrace(context(), () => getTraceHeaders({ host: 'api.internal' }))).toEqual({
      traceparent: TRACEPARENT,
      tracestate: 'a=1',
    });
  });

  it('sends a host on the allow-list ids, tenant and baggage too', () => {
    expect(to('api.internal')).toEqual({
      traceparent: TRACEPARENT,
      tracestate: 'a=1',
      'x-request-id': 'req-1',
      'x-correlation-id': 'corr-1',
      'x-trace-id': TRACE,
      'x-span-id': SPAN,
      'x-tenant-id': 'acme',
      baggage: 'tier=gold',
    });
  });

  it('without a destination sends neither baggage nor deadline: nobody has said whom they are for', () => {
    const headers = runWithTrace(context(), () => withDeadline(1000, () => getTraceHeaders()));
    expect(headers).not.toHaveProperty('baggage');
    expect(headers).not.toHaveProperty('x-request-timeout-ms');
    expect(headers).toHaveProperty('x-tenant-id', 'acme');
  });

  it('sends the whole milliseconds that are left of the deadline, 0 when none are', async () => {
    const clock = new ManualClock();
    const send = () => getTraceHeaders({ host: 'api.internal', trustedHosts: ['api.internal'] });
    await runWithTrace(context(), () =>
      withDeadline(
        1000.9,
        async () => {
          expect(send()['x-request-timeout-ms']).toBe('1000');
          await clock.advance(400);
          expect(send()['x-request-timeout-ms']).toBe('600');
          await clock.advance(700);
          expect(send()['x-request-timeout-ms']).toBe('0');
          expect(getTraceHeaders({ host: 'example.com' })).not.toHaveProperty('x-request-timeout-ms');
        },
        { clock },
      ),
    );
  });

  it('names the span of the request as parent in every header, where it is given', () => {
    const span = {
      spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 }),
    };
    const headers = runWithTrace(context(), () =>
      getTraceHeaders({ host: 'api.internal', trustedHosts: ['api.internal'], span }),
    );
    expect(headers).toMatchObject({
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`,
      'x-trace-id': 'a'.repeat(32),
      'x-span-id': 'b'.repeat(16),
      'x-request-id': 'req-1',
    });
    expect(headers).not.toHaveProperty('tracestate');
    expect(getTraceHeaders({ host: 'example.com', span })).toEqual({
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`,
    });
  });

  it('takes no ids of a span that has none', () => {
    const span = {
      spanContext: () => ({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }),
    };
    expect(runWithTrace(context(), () => getTraceHeaders({ host: 'example.com', span }))).toEqual({
      traceparent: TRACEPARENT,
      tracestate: 'a=1',
    });
    expect(getTraceHeaders({ host: 'example.com', span })).toEqual({});
  });

  it('leaves out the trace with propagate: false, and the rest stays', () => {
    const send = (host: string) =>
      runWithTrace(context(), () =>
        getTraceHeaders({ host, trustedHosts: ['api.internal'], propagate: false }),
      );
    expect(send('example.com')).toEqual({});
    expect(Object.keys(send('api.internal'))).toEqual([
      'x-request-id',
      'x-correlation-id',
      'x-trace-id',
      'x-span-id',
      'x-tenant-id',
      'baggage',
    ]);
  });

  it('takes an allow-list that was made before', () => {
    const trustedHosts = createHostAllowList(['.internal']);
    const headers = runWithTrace(context(), () =>
      injectTraceHeaders({}, { host: 'a.internal:8080', trustedHosts }),
    );
    expect(headers).toHaveProperty('baggage', 'tier=gold');
  });
});
