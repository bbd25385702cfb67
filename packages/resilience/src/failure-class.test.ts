import { DeadlineExceededError } from '@holdfast/context';
import { describe, expect, it } from 'vitest';
import { BulkheadRejectedError, CallTimeoutError, CircuitOpenError, NoTimeLeftError } from './errors.ts';
import { classifyFailure } from './failure-class.ts';

describe('classifyFailure', () => {
  const http = (status: number, headers?: Record<string, string>) =>
    new Response(null, { status, ...(headers && { headers }) });

  it.each<[string, unknown, string]>([
    ['an unknown error', new Error('?'), 'transient'],
    ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'transient'],
    ['a failed fetch', new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } }), 'transient'],
    ['our timeout', new CallTimeoutError('x', 1), 'transient'],
    ['a deadline that passed during the call', new DeadlineExceededError(), 'transient'],
    ['the timeout of an AbortSignal', new DOMException('late', 'TimeoutError'), 'transient'],
    ['an abort', new DOMException('stop', 'AbortError'), 'cancelled'],
    ['an abort of Node', Object.assign(new Error('stop'), { code: 'ABORT_ERR' }), 'cancelled'],
    ['a full bulkhead', new BulkheadRejectedError('x', 'full'), 'overload'],
    ['no time left', new NoTimeLeftError('x'), 'overload'],
    ['an open circuit', new CircuitOpenError('x', 1), 'open'],
    [
      'an open circuit behind an error of the application',
      new Error('payment', { cause: new CircuitOpenError('x', 1) }),
      'open',
    ],
    ['a validation error', Object.assign(new Error('bad'), { name: 'ValidationError' }), 'permanent'],
    ['malformed JSON', new SyntaxError('bad'), 'permanent'],
    [
      'an UnrecoverableError of BullMQ',
      Object.assign(new Error('bad'), { name: 'UnrecoverableError' }),
      'permanent',
    ],
    ['a class of its own', Object.assign(new Error('mine'), { failureClass: 'throttled' }), 'throttled'],
    ['a class that does not exist', Object.assign(new Error('mine'), { failureClass: 'fatal' }), 'transient'],
    ['400', http(400), 'permanent'],
    ['404 in statusCode', Object.assign(new Error('x'), { statusCode: 404 }), 'permanent'],
    ['422 in response.status', Object.assign(new Error('x'), { response: { status: 422 } }), 'permanent'],
    ['408', http(408), 'transient'],
    ['425', http(425), 'transient'],
    ['429', http(429), 'throttled'],
    ['500', http(500), 'transient'],
    ['503', http(503), 'transient'],
    ['503 with Retry-After', http(503, { 'retry-after': '3' }), 'throttled'],
    [
      '503 of axios with Retry-After',
      { response: { status: 503, headers: { 'retry-after': '3' } } },
      'throttled',
    ],
    ['a text', 'oops', 'transient'],
    ['nothing', undefined, 'transient'],
  ])('calls %s %#', (_what, failure, expected) => {
    expect(classifyFailure(failure)).toBe(expected);
  });

  it('calls an object transient whose getters throw', () => {
    const hostile = Object.defineProperty({}, 'status', {
      get() {
        throw new Error('no');
      },
    });
    expect(classifyFailure(hostile)).toBe('transient');
  });

  it('follows a chain of causes only so far', () => {
    const ring: { cause?: unknown } = {};
    ring.cause = ring;
    expect(classifyFailure(ring)).toBe('transient');
  });
});
