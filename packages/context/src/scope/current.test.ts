import { afterEach, describe, expect, it } from 'vitest';
import { setActiveSpanSource } from '../storage.ts';
import {
  createTraceContext,
  getCurrentTenantId,
  getCurrentTrace,
  getCurrentUserId,
  getTraceLogFields,
  runWithTrace,
  setIdentity,
  setTraceAttribute,
} from './current.ts';

describe('runWithTrace', () => {
  it('gives back what a sync function returns and what an async one resolves to', async () => {
    const context = createTraceContext();
    expect(runWithTrace(context, () => 7)).toBe(7);
    expect(await runWithTrace(context, async () => 8)).toBe(8);
  });

  it('is over when the function is, thrown errors included', async () => {
    const context = createTraceContext();
    expect(() =>
      runWithTrace(context, () => {
        throw new Error('x');
      }),
    ).toThrow('x');
    expect(getCurrentTrace()).toBeUndefined();
    const running = runWithTrace(context, async () => {
      await Promise.resolve();
      return getCurrentTrace();
    });
    expect(getCurrentTrace()).toBeUndefined();
    expect(await running).toBe(context);
  });

  it('nests, the inner context hiding the outer', () => {
    const outer = createTraceContext();
    const inner = createTraceContext();
    runWithTrace(outer, () => {
      runWithTrace(inner, () => expect(getCurrentTrace()).toBe(inner));
      expect(getCurrentTrace()).toBe(outer);
    });
  });
});

describe('createTraceContext', () => {
  it('begins a new trace', () => {
    const [one, two] = [createTraceContext(), createTraceContext()];
    expect(one.traceId).not.toBe(two.traceId);
    expect(one.requestId).not.toBe(two.requestId);
    expect(one.parentSpanId).toBeUndefined();
    expect(one.deadlineAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('continues a parent: same trace, request, identity and attributes', () => {
    const parent = createTraceContext({ tenantId: 'acme', attributes: { a: 1 } });
    const child = createTraceContext({ parent });
    expect(child.traceId).toBe(parent.traceId);
    expect(child).toMatchObject({ requestId: parent.requestId, tenantId: 'acme', attributes: { a: 1 } });
  });

  it('makes the span of the parent the parent span', () => {
    const parent = createTraceContext({ spanId: 'b7ad6b7169203331' });
    const child = createTraceContext({ parent });
    expect(child.parentSpanId).toBe('b7ad6b7169203331');
    expect(child.spanId).toMatch(/^(?!b7ad6b7169203331)[0-9a-f]{16}$/);
  });
});

describe('the accessors', () => {
  it('know nothing outside of a context, and write nothing', () => {
    expect([getCurrentTrace(), getCurrentTenantId(), getCurrentUserId()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(getTraceLogFields()).toEqual({});
    expect(setTraceAttribute('a', 1)).toBe(false);
  });

  it('see what is set in the meantime, from outside the function that set it', async () => {
    await runWithTrace(createTraceContext(), async () => {
      const authenticate = async () => {
        await Promise.resolve();
        setIdentity({ tenantId: 'acme', userId: 'u-1' });
        expect(setTraceAttribute('plan', 'gold')).toBe(true);
      };
      await authenticate();
      expect([getCurrentTenantId(), getCurrentUserId()]).toEqual(['acme', 'u-1']);
      expect(getCurrentTrace()?.attributes).toEqual({ plan: 'gold' });
    });
  });

  it('give the fields of a log line, those that are known', () => {
    const context = createTraceContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), requestId: 'req' });
    runWithTrace(context, () => {
      const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), requestId: 'req', correlationId: 'req' };
      expect(getTraceLogFields()).toEqual(ids);
      setIdentity({ tenantId: 't', userId: 'u' });
      expect(getTraceLogFields()).toEqual({ ...ids, tenantId: 't', userId: 'u' });
    });
  });

  it('say what to do when an identity is set outside of a context', () => {
    expect(() => setIdentity({ userId: 'u' })).toThrow(
      expect.objectContaining({
        name: 'ContextMissingError',
        code: 'ERR_CONTEXT_MISSING',
        message:
          'setIdentity() was called outside of a context. Call it inside runWithTrace(createTraceContext(), fn), or after correlationMiddleware().',
      }),
    );
  });
});

describe('where another OpenTelemetry context manager is in charge', () => {
  afterEach(() => setActiveSpanSource(undefined));

  const spanOf = (traceId: string, spanId: string) => ({
    spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
  });

  it('getCurrentTrace() follows its active span', () => {
    let active: ReturnType<typeof spanOf> | undefined;
    setActiveSpanSource(() => active);
    expect(getCurrentTrace()).toBeUndefined();
    active = spanOf('c'.repeat(32), 'd'.repeat(16));
    expect(getCurrentTrace()).toMatchObject({ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) });
    const context = createTraceContext({ requestId: 'req' });
    runWithTrace(context, () => {
      expect(getCurrentTrace()).toMatchObject({ traceId: 'c'.repeat(32), requestId: 'req' });
      active = spanOf(context.traceId, context.spanId);
      expect(getCurrentTrace()).toBe(context);
      active = undefined;
      expect(getCurrentTrace()).toBe(context);
    });
  });
});
