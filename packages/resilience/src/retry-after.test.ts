import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { CircuitOpenError } from './errors.ts';
import { retryAfterMs } from './retry-after.ts';

describe('retryAfterMs', () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1, 0, 0, 0));
  const asked = (value: string) =>
    retryAfterMs(new Response(null, { headers: { 'retry-after': value } }), clock);

  it('reads seconds', () => {
    expect(asked('120')).toBe(120_000);
    expect(asked(' 0.5 ')).toBe(500);
  });

  it('reads an HTTP date', () => {
    expect(asked('Thu, 01 Jan 2026 00:00:30 GMT')).toBe(30_000);
  });

  it('is 0 for a date that has passed', () => {
    expect(asked('Wed, 31 Dec 2025 00:00:00 GMT')).toBe(0);
  });

  it('is undefined for a malformed header and for none', () => {
    expect(asked('soon')).toBe(undefined);
    expect(retryAfterMs(new Response(null))).toBe(undefined);
    expect(retryAfterMs(undefined)).toBe(undefined);
    expect(retryAfterMs({ retryAfterMs: -1 })).toBe(undefined);
  });

  it('reads our own errors, axios errors and plain header objects', () => {
    expect(retryAfterMs(new CircuitOpenError('x', 250))).toBe(250);
    expect(retryAfterMs({ response: { headers: { 'retry-after': 2 } } })).toBe(2000);
    expect(retryAfterMs({ headers: { 'Retry-After': '3' } })).toBe(3000);
  });

  it('is undefined for an object whose getters throw', () => {
    const hostile = Object.defineProperty({}, 'headers', {
      get() {
        throw new Error('no');
      },
    });
    expect(retryAfterMs(hostile)).toBe(undefined);
  });
});

describe('the cause of an error', () => {
  it('is asked where the error itself says nothing', () => {
    const wrapped = new Error('charge failed', {
      cause: new Error('client', { cause: { headers: { 'retry-after': '7' } } }),
    });
    expect(retryAfterMs(wrapped)).toBe(7000);
    expect(retryAfterMs(new Error('wrapped', { cause: new CircuitOpenError('x', 250) }))).toBe(250);
  });

  it('is not asked where the error itself says how long', () => {
    const error = Object.assign(new Error('outer', { cause: { retryAfterMs: 1 } }), { retryAfterMs: 2 });
    expect(retryAfterMs(error)).toBe(2);
  });

  it('is asked where the header of the error is malformed', () => {
    expect(retryAfterMs({ headers: { 'retry-after': 'soon' }, cause: { retryAfterMs: 3 } })).toBe(3);
  });

  it('is followed as far as classifyFailure follows it, also in a circle', () => {
    const circle: { cause?: unknown } = {};
    circle.cause = circle;
    expect(retryAfterMs(circle)).toBe(undefined);
    let chain: object = { retryAfterMs: 9 };
    for (let depth = 0; depth < 4; depth += 1) chain = { cause: chain };
    expect(retryAfterMs(chain)).toBe(9);
    expect(retryAfterMs({ cause: chain })).toBe(undefined);
  });
});
