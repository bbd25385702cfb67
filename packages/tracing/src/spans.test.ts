import { createTraceContext, getCurrentTrace, getTraceLogFields, runWithTrace } from '@holdfast/context';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Recording, startRecording } from '../test/recording.ts';
import { addSpanAttributes, createSpan, getCurrentSpan, traceAsync, withSpan } from './index.ts';

let recording: Recording;

beforeEach(async () => {
  recording = await startRecording();
});

afterEach(() => recording.stop());

describe('withSpan', () => {
  it('returns what the function returns and ends the span', async () => {
    expect(withSpan('sum', () => 1 + 1)).toBe(2);
    expect(await recording.span('sum')).toMatchObject({ kind: 'internal', status: 'unset', service: 'test' });
  });

  it('ends the span of an async function when it settles', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const result = withSpan('wait', () => promise);
    expect(await recording.spans()).toEqual([]);
    resolve('done');
    expect(await result).toBe('done');
    expect(await recording.spans()).toHaveLength(1);
  });

  it('records an error that is thrown and lets it through', async () => {
    const error = Object.assign(new Error('no such order'), { code: 'ERR_ORDER_MISSING' });
    expect(() =>
      withSpan('find', () => {
        throw error;
      }),
    ).toThrow(error);
    expect(await recording.span('find')).toMatchObject({
      status: 'error',
      statusMessage: 'no such order',
      attributes: { 'error.type': 'ERR_ORDER_MISSING' },
      events: [{ name: 'exception', attributes: { 'exception.message': 'no such order' } }],
    });
  });

  it('records a rejection and lets it through', async () => {
    await expect(withSpan('find', () => Promise.reject(new TypeError('bad')))).rejects.toThrow('bad');
    expect(await recording.span('find')).toMatchObject({
      status: 'error',
      attributes: { 'error.type': 'TypeError' },
    });
  });

  it('takes something that is not an Error for one', async () => {
    await expect(withSpan('odd', () => Promise.reject('just text'))).rejects.toBe('just text');
    expect(await recording.span('odd')).toMatchObject({ status: 'error', statusMessage: 'just text' });
  });

  it('leaves a status alone that was set to OK before an error', async () => {
    expect(() =>
      withSpan('settled', (span) => {
        span.setStatus({ code: SpanStatusCode.OK });
        throw new Error('later');
      }),
    ).toThrow('later');
    expect((await recording.span('settled')).status).toBe('ok');
  });

  it('runs a lazy thenable inside the span', async () => {
    // What query builders and Prisma hand out: it starts when somebody waits for it.
    const then = (done: (value: unknown) => unknown) => done(getCurrentSpan());
    // oxlint-disable-next-line unicorn/no-thenable -- such an object is what the test is about
    const lazy: unknown = Object.fromEntries([['then', then]]);
    const active = await withSpan('lazy', () => lazy as Promise<unknown>);
    expect(active).toBeDefined();
  });

  it('nests, also across awaits and timers', async () => {
    await withSpan('outer', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await withSpan('inner', () => Promise.resolve());
    });
    const [inner, outer] = await recording.spans();
    expect(inner?.parentSpanId).toBe(outer?.spanId);
  });

  it('begins a new trace when asked', async () => {
    withSpan('outer', () => withSpan('apart', () => undefined, { root: true }));
    const [apart, outer] = await recording.spans();
    expect(apart?.traceId).not.toBe(outer?.traceId);
    expect(apart?.parentSpanId).toBeUndefined();
  });
});

describe('the context', () => {
  it('has the ids of the active span, wherever they are read', () => {
    withSpan('work', (span) => {
      const { traceId, spanId } = span.spanContext();
      expect(trace.getActiveSpan()).toBe(span);
      expect(getCurrentSpan()).toBe(span);
      expect(getCurrentTrace()).toMatchObject({ traceId, spanId });
      expect(getTraceLogFields()).toMatchObject({ traceId, spanId });
    });
  });

  it('lends its trace to the first span', async () => {
    const context = createTraceContext();
    runWithTrace(context, () => withSpan('work', () => undefined));
    expect((await recording.span('work')).traceId).toBe(context.traceId);
  });

  it('makes the caller that a request names the parent', async () => {
    const context = createTraceContext({
      traceId: 'a'.repeat(32),
      parentSpanId: 'b'.repeat(16),
      traceFlags: 1,
    });
    runWithTrace(context, () => withSpan('work', () => undefined));
    expect(await recording.span('work')).toMatchObject({
      traceId: 'a'.repeat(32),
      parentSpanId: 'b'.repeat(16),
    });
  });

  it('keeps request id and identity inside a span', () => {
    runWithTrace(createTraceContext({ requestId: 'r-1', tenantId: 't-1' }), () => {
      withSpan('work', () => expect(getCurrentTrace()).toMatchObject({ requestId: 'r-1', tenantId: 't-1' }));
    });
  });

  it('is the same for instrumentation that uses the OpenTelemetry API', async () => {
    const tracer = trace.getTracer('some-instrumentation');
    withSpan('outer', () => {
      tracer.startActiveSpan('by api', (span) => {
        expect(getCurrentTrace()?.spanId).toBe(span.spanContext().spanId);
        withSpan('below', () => undefined);
        span.end();
      });
    });
    const byApi = await recording.span('by api');
    expect((await recording.span('below')).parentSpanId).toBe(byApi.spanId);
    expect(byApi.parentSpanId).toBe((await recording.span('outer')).spanId);
  });

  it('takes options and a context of the API', async () => {
    const tracer = trace.getTracer('some-instrumentation');
    withSpan('outer', () => {
      const result = tracer.startActiveSpan('apart', { attributes: { a: 1 } }, ROOT_CONTEXT, (span) => {
        span.end();
        return 'value';
      });
      expect(result).toBe('value');
    });
    expect(await recording.span('apart')).toMatchObject({ parentSpanId: undefined, attributes: { a: 1 } });
  });

  it('begins a new trace below a context whose span was taken out', () => {
    withSpan('outer', (outer) => {
      const span = trace.getTracer('x').startSpan('new', {}, trace.deleteSpan(contextOf()));
      expect(span.spanContext().traceId).not.toBe(outer.spanContext().traceId);
    });
  });
});

describe('createSpan', () => {
  it('makes a span that is not active, below the active one or the one given', async () => {
    withSpan('outer', () => {
      const first = createSpan('first', { attributes: { a: 1 } });
      expect(getCurrentSpan()).not.toBe(first);
      createSpan('second', { parentSpan: first }).end();
      first.end();
    });
    const [second, first, outer] = await recording.spans();
    expect(second?.parentSpanId).toBe(first?.spanId);
    expect(first).toMatchObject({ parentSpanId: outer?.spanId, attributes: { a: 1 } });
  });
});

describe('addSpanAttributes', () => {
  it('adds to the active span, and does nothing without one', async () => {
    addSpanAttributes({ lost: true });
    withSpan('work', () => addSpanAttributes({ 'order.id': 'o-1' }));
    expect((await recording.span('work')).attributes).toEqual({ 'order.id': 'o-1' });
  });
});

describe('traceAsync', () => {
  it('wraps a function so that each call is a span', async () => {
    const double = traceAsync('double', (value: number) => Promise.resolve(value * 2), {
      attributes: { kind: 'math' },
    });
    expect(await double(4)).toBe(8);
    expect(await double(5)).toBe(10);
    expect((await recording.spans()).map((span) => span.attributes)).toEqual([
      { kind: 'math' },
      { kind: 'math' },
    ]);
  });
});

function contextOf() {
  const scope = getCurrentTrace();
  if (scope === undefined) throw new Error('no context');
  return scope as unknown as typeof ROOT_CONTEXT;
}
