import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JobAbortedError } from '../errors.ts';
import type { FailureClass } from './failure-class.ts';
import { type AttemptState, judge } from './failure-verdict.ts';

const OPTIONS = { backoff: { initialDelayMs: 1000, maxDelayMs: 60_000, multiplier: 2 }, maxParkMs: 10_000 };
const FRESH: AttemptState = { signal: new AbortController().signal, attempt: 1, maxAttempts: 4, parkedMs: 0 };
const half = () => 0.5;

function failure(failureClass: FailureClass, retryAfterMs?: number): Error {
  return Object.assign(
    new Error(failureClass),
    { failureClass },
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

function aborted(reason: unknown): AttemptState {
  return { ...FRESH, signal: AbortSignal.abort(reason) };
}

describe('judge', () => {
  it('retries a transient failure with backoff', () => {
    expect(judge(failure('transient'), FRESH, OPTIONS, half)).toEqual({
      kind: 'retry',
      failureClass: 'transient',
      delayMs: 500,
    });
    expect(judge(failure('transient'), { ...FRESH, attempt: 3 }, OPTIONS, half)).toMatchObject({
      delayMs: 2000,
    });
  });

  it('buries a transient failure of the last attempt', () => {
    expect(judge(failure('transient'), { ...FRESH, attempt: 4 }, OPTIONS, half)).toEqual({
      kind: 'dead',
      failureClass: 'transient',
    });
  });

  it('retries a throttled call no sooner than its Retry-After, and no later than maxParkMs', () => {
    expect(judge(failure('throttled', 7000), FRESH, OPTIONS, half)).toEqual({
      kind: 'retry',
      failureClass: 'throttled',
      delayMs: 7000,
    });
    expect(judge(failure('throttled', 1e12), FRESH, OPTIONS, half)).toMatchObject({ delayMs: 10_000 });
    expect(judge(failure('throttled'), FRESH, OPTIONS, half)).toMatchObject({ kind: 'retry', delayMs: 500 });
    expect(judge(failure('throttled', 7000), { ...FRESH, attempt: 4 }, OPTIONS, half)).toMatchObject({
      kind: 'dead',
    });
  });

  it('buries a permanent failure whatever attempts are left', () => {
    expect(judge(failure('permanent'), FRESH, OPTIONS, half)).toEqual({
      kind: 'dead',
      failureClass: 'permanent',
    });
  });

  it('parks a call refused by a circuit or a bulkhead, a little spread, even at the last attempt', () => {
    expect(judge(failure('open', 2000), { ...FRESH, attempt: 4 }, OPTIONS, half)).toEqual({
      kind: 'park',
      failureClass: 'open',
      delayMs: 2200,
      counted: true,
    });
    expect(judge(failure('overload'), FRESH, OPTIONS, half)).toMatchObject({ kind: 'park', delayMs: 1100 });
    expect(judge(failure('open', 0), FRESH, OPTIONS, half)).toMatchObject({ kind: 'park', delayMs: 55 });
  });

  it('lets a refused call cost an attempt once maxParkMs is used up', () => {
    const parked = { ...FRESH, parkedMs: 9000 };
    expect(judge(failure('open', 2000), parked, OPTIONS, half)).toMatchObject({
      kind: 'retry',
      failureClass: 'open',
    });
    expect(judge(failure('open', 2000), { ...parked, attempt: 4 }, OPTIONS, half)).toMatchObject({
      kind: 'dead',
    });
  });

  it('gives a job back that stopped because it was told to', () => {
    const reason = new JobAbortedError('shutdown');
    const back = { kind: 'return', failureClass: 'cancelled' };
    expect(judge(reason, aborted(reason), OPTIONS, half)).toEqual(back);
    expect(judge(new DOMException('aborted', 'AbortError'), aborted(reason), OPTIONS, half)).toEqual(back);
    expect(judge(new Error('wrapped', { cause: reason }), aborted(reason), OPTIONS, half)).toEqual(back);
  });

  it('treats a failure of its own during a shutdown as that failure', () => {
    expect(
      judge(failure('permanent'), aborted(new JobAbortedError('shutdown')), OPTIONS, half),
    ).toMatchObject({ kind: 'dead' });
  });

  it('lets a processor that cancels itself use up its attempts', () => {
    expect(judge(failure('cancelled'), FRESH, OPTIONS, half)).toMatchObject({ kind: 'retry' });
    expect(judge(failure('cancelled'), { ...FRESH, attempt: 4 }, OPTIONS, half)).toMatchObject({
      kind: 'dead',
    });
  });

  it('ends every job after a bounded number of failures, whatever they are', () => {
    const anyClass = fc.constantFrom<FailureClass>(
      'transient',
      'throttled',
      'permanent',
      'cancelled',
      'overload',
      'open',
    );
    const failures = fc.infiniteStream(fc.tuple(anyClass, fc.nat(5000)));
    fc.assert(
      fc.property(failures, fc.integer({ min: 1, max: 5 }), (stream, maxAttempts) => {
        let state: AttemptState = { ...FRESH, maxAttempts };
        let turns = 0;
        for (const [failureClass, retryAfterMs] of stream) {
          turns += 1;
          const verdict = judge(failure(failureClass, retryAfterMs), state, OPTIONS);
          if (verdict.kind === 'dead') break;
          if (verdict.kind === 'park') state = { ...state, parkedMs: state.parkedMs + verdict.delayMs };
          else state = { ...state, attempt: state.attempt + 1 };
          expect(state.attempt).toBeLessThanOrEqual(maxAttempts);
          expect(state.parkedMs).toBeLessThanOrEqual(OPTIONS.maxParkMs);
        }
        // Each park takes at least 50 ms of the 10,000, each other turn an attempt.
        expect(turns).toBeLessThanOrEqual(200 + maxAttempts);
      }),
    );
  });
});
