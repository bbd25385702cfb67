import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currentSignal, remainingMs, withDeadline } from '../deadline/time-limit.ts';
import { createTraceContext, runWithTrace } from '../scope/current.ts';
import { type Carrier, fromCarrier, toCarrier } from './carrier.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const WHOLE: Carrier = {
  traceparent: `00-${TRACE}-${SPAN}-01`,
  tracestate: 'a=1',
  requestId: 'req-1',
  correlationId: 'corr-1',
  tenantId: 'acme',
  userId: 'user 7, with a name',
};

describe('toCarrier and fromCarrier', () => {
  it('leave deadline and signal behind: a job has its own time', () => {
    const { signal } = new AbortController();
    const carrier = runWithTrace(createTraceContext(), () => withDeadline(10, () => toCarrier(), { signal }));
    runWithTrace(fromCarrier(carrier), () => {
      expect(remainingMs()).toBe(Number.POSITIVE_INFINITY);
      expect(currentSignal()).toBeUndefined();
    });
    const inside = () => runWithTrace(fromCarrier(carrier), () => [remainingMs(), currentSignal()]);
    expect(withDeadline(10, inside, { signal })).toEqual([Number.POSITIVE_INFINITY, undefined]);
  });

  it('carry trace, ids and identity through JSON; the writer becomes the parent', () => {
    const writer = createTraceContext({
      traceId: TRACE,
      spanId: SPAN,
      traceFlags: 1,
      traceState: 'a=1',
      requestId: 'req-1',
      correlationId: 'corr-1',
      tenantId: 'acme',
      userId: 'user 7, with a name',
    });
    const carrier = runWithTrace(writer, () => toCarrier());
    expect(carrier).toEqual(WHOLE);
    const reader = fromCarrier(JSON.parse(JSON.stringify(carrier)) as Carrier);
    expect(reader).toMatchObject({
      traceId: TRACE,
      parentSpanId: SPAN,
      traceFlags: 1,
      traceState: 'a=1',
      requestId: 'req-1',
      correlationId: 'corr-1',
      tenantId: 'acme',
      userId: 'user 7, with a name',
    });
    expect(reader.spanId).not.toBe(SPAN);
  });

  it('leave the deadline and the attributes behind', () => {
    const writer = createTraceContext({ timeoutMs: 1000, attributes: { a: 1 } });
    const reader = fromCarrier(toCarrier(writer));
    expect(reader.deadlineAt).toBe(Number.POSITIVE_INFINITY);
    expect(reader.attributes).toEqual({});
  });

  it('give an empty carrier outside of a context, and a fresh context for it', () => {
    expect(toCarrier()).toEqual({});
    expect(fromCarrier({}).traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('leave out what is malformed', () => {
    const carrier = {
      ...WHOLE,
      traceparent: 'nonsense',
      requestId: 'a b',
      correlationId: 7,
      tenantId: { a: 1 },
    };
    const context = fromCarrier(carrier as unknown as Carrier);
    expect(context.traceId).toMatch(/^(?!0af765)[0-9a-f]{32}$/);
    expect(context.traceState).toBeUndefined();
    expect(context.requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(context.tenantId).toBeUndefined();
    expect(context.userId).toBe('user 7, with a name');
  });

  it('never throw and never give an id of the wrong shape, whatever was stored', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.anything());
    const carrier = fc.record(
      {
        traceparent: value,
        tracestate: value,
        requestId: value,
        correlationId: value,
        tenantId: value,
        userId: value,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(carrier, (stored) => {
        const context = fromCarrier(stored as Carrier);
        expect(context.traceId).toMatch(/^[0-9a-f]{32}$/);
        expect(context.requestId).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
      }),
      { numRuns: 2000 },
    );
  });
});
