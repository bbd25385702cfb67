import { describe, expect, it } from 'vitest';
import { isScope, Scope, SPAN_KEY } from '../storage.ts';
import { ManualClock } from '../testing/index.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

function span(traceId = TRACE_ID, spanId = SPAN_ID, traceFlags = 1, traceState?: { serialize(): string }) {
  return { spanContext: () => ({ traceId, spanId, traceFlags, traceState }) };
}

const OTEL_ROOT = { getValue: () => undefined };

describe('the ids of a scope', () => {
  it('are generated when first read, once', () => {
    const scope = new Scope();
    const { traceId, spanId, requestId } = scope;
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(scope.traceId).toBe(traceId);
    expect(scope.spanId).toBe(spanId);
    expect(scope.requestId).toBe(requestId);
  });

  it('are those of the span above where there is one, its span id becoming the own until a span is attached', () => {
    const outer = new Scope();
    const inner = new Scope(outer);
    expect(inner.traceId).toBe(outer.traceId);
    expect(inner.spanId).toBe(outer.spanId);
  });

  it('take the request id for a correlation id that nobody gave', () => {
    const scope = new Scope();
    expect(scope.correlationId).toBe(scope.requestId);
    scope.fill({ correlationId: 'corr' });
    expect(scope.correlationId).toBe('corr');
  });

  it('carry the flags sampled and random in a trace that begins here', () => {
    expect(new Scope().traceFlags).toBe(3);
  });
});

describe('the scopes of one request', () => {
  it('share request id, identity and attributes, whichever of them is written', () => {
    const outer = new Scope();
    const inner = outer.child().child();
    inner.setIdentity({ tenantId: 'acme' });
    inner.setAttribute('plan', 'gold');
    outer.setIdentity({ userId: 'u-1' });
    outer.setAttribute('seats', 5);
    for (const scope of [outer, inner]) {
      expect(scope).toMatchObject({
        tenantId: 'acme',
        userId: 'u-1',
        attributes: { plan: 'gold', seats: 5 },
      });
      expect(scope.requestId).toBe(outer.requestId);
      expect(scope.root).toBe(outer);
    }
  });

  it('share a request id that is first read inside', () => {
    const outer = new Scope();
    const { requestId } = outer.child();
    expect(outer.requestId).toBe(requestId);
  });

  it('keep what setIdentity leaves out', () => {
    const scope = new Scope();
    scope.setIdentity({ tenantId: 'acme', userId: 'u-1' });
    scope.setIdentity({ userId: 'u-2' });
    expect(scope).toMatchObject({ tenantId: 'acme', userId: 'u-2' });
  });

  it('take attributes of hostile names without touching a prototype', () => {
    const scope = new Scope();
    scope.setAttribute('__proto__', 'x');
    scope.setAttribute('constructor', 'y');
    expect(Object.keys(scope.attributes)).toEqual(['__proto__', 'constructor']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});

describe('fill', () => {
  it('takes what is named and keeps the rest, so that middlewares may come in any order', () => {
    const scope = new Scope();
    scope.fill({ traceId: TRACE_ID, parentSpanId: SPAN_ID, traceFlags: 0, traceState: 'a=1' });
    scope.fill({ requestId: 'req', tenantId: 'acme', attributes: { a: 1 } });
    scope.fill({ traceId: undefined, requestId: undefined, attributes: { b: 2 }, userId: 'u' });
    expect(scope).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: SPAN_ID,
      traceFlags: 0,
      traceState: 'a=1',
      requestId: 'req',
      tenantId: 'acme',
      userId: 'u',
      attributes: { a: 1, b: 2 },
    });
  });

  it('only shortens a deadline', () => {
    const clock = new ManualClock();
    const scope = new Scope();
    scope.shortenDeadline(100, undefined, clock);
    scope.shortenDeadline(500, undefined, clock);
    expect(scope.deadlineAt).toBe(100);
    scope.shortenDeadline(40, undefined, clock);
    expect(scope.deadlineAt).toBe(40);
  });
});

describe('a scope with a span', () => {
  it('has its ids, flags and state', () => {
    const scope = new Scope();
    scope.attachSpan(span(TRACE_ID, SPAN_ID, 1, { serialize: () => 'a=1' }));
    expect(scope).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1, traceState: 'a=1' });
  });

  it('is the parent of a span inside it', () => {
    const outer = new Scope();
    outer.attachSpan(span());
    const inner = outer.withSpan(span(TRACE_ID, '00f067aa0ba902b7'));
    expect(inner).toMatchObject({ spanId: '00f067aa0ba902b7', parentSpanId: SPAN_ID });
    expect(outer.spanId).toBe(SPAN_ID);
    expect(inner.requestId).toBe(outer.requestId);
  });
});

describe('as an OpenTelemetry Context, a scope', () => {
  const KEY = Symbol('key');
  const OTHER = Symbol('other');

  it('gives back what setValue put, and does not change itself', () => {
    const scope = new Scope();
    const inner = scope.setValue(KEY, 1).setValue(OTHER, 2);
    expect([inner.getValue(KEY), inner.getValue(OTHER)]).toEqual([1, 2]);
    expect(scope.getValue(KEY)).toBeUndefined();
    expect(inner.requestId).toBe(scope.requestId);
  });

  it('forgets a value that is deleted or set to undefined, and keeps the others', () => {
    const scope = new Scope().setValue(KEY, 1).setValue(OTHER, 2);
    expect(scope.deleteValue(KEY).getValue(KEY)).toBeUndefined();
    expect(scope.deleteValue(KEY).getValue(OTHER)).toBe(2);
    expect(scope.setValue(KEY, undefined).getValue(KEY)).toBeUndefined();
  });

  it('keeps the active span under the key of @opentelemetry/api', () => {
    expect(SPAN_KEY).toBe(Symbol.for('OpenTelemetry Context Key SPAN'));
    const active = span();
    const scope = new Scope().setValue(SPAN_KEY, active);
    expect(scope.getValue(SPAN_KEY)).toBe(active);
    expect(scope.spanId).toBe(SPAN_ID);
    expect(scope.setValue(KEY, 1).getValue(SPAN_KEY)).toBe(active);
    expect(scope.deleteValue(SPAN_KEY).getValue(SPAN_KEY)).toBeUndefined();
  });

  it('begins a new trace once its span is taken away, in the same request', () => {
    const scope = new Scope();
    scope.fill({ parentSpanId: '00f067aa0ba902b7', traceState: 'a=1' });
    scope.attachSpan(span());
    const without = scope.deleteValue(SPAN_KEY);
    expect(without.traceId).toMatch(/^(?!0af7651916cd43dd8448eb211c80319c)[0-9a-f]{32}$/);
    expect(without).toMatchObject({ parentSpanId: undefined, traceState: undefined, traceFlags: 3 });
    expect(without.requestId).toBe(scope.requestId);
    expect(scope).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID });
  });

  it('made around another context, reads through to it and takes its span', () => {
    const active = span();
    const values = new Map<symbol, unknown>([
      [KEY, 'base'],
      [SPAN_KEY, active],
    ]);
    const scope = Scope.around({ getValue: (key) => values.get(key) });
    expect(scope.getValue(KEY)).toBe('base');
    expect(scope.getValue(SPAN_KEY)).toBe(active);
    expect(scope.traceId).toBe(TRACE_ID);
    expect(scope.setValue(KEY, 'own').getValue(KEY)).toBe('own');
    expect(scope.deleteValue(KEY).getValue(KEY)).toBeUndefined();
    expect(Scope.around(OTEL_ROOT).getValue(SPAN_KEY)).toBeUndefined();
  });

  it('is told from another context by its brand', () => {
    expect(isScope(new Scope())).toBe(true);
    expect(isScope(OTEL_ROOT)).toBe(false);
    expect(isScope({ brand: 'other' })).toBe(false);
  });
});
