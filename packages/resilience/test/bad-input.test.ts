import { withDeadline } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import {
  CallTimeoutError,
  createBulkhead,
  createCircuitBreaker,
  createResilientFunction,
  type FailureClass,
  retryWithBackoff,
  withFallback,
  withTimeout,
} from '../src/index.ts';
import { watch } from './deferred.ts';

type Action = () => unknown;

const thrown = new Error('thrown');

function thenable(then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void) {
  // oxlint-disable-next-line unicorn/no-thenable -- a thenable that is no promise is what is tested
  return Object.fromEntries([['then', then]]) as unknown;
}

/** Every way to have an action called, all with a limit of 100 ms. */
const callers: Record<string, (action: Action, clock: ManualClock) => Promise<unknown>> = {
  'a circuit breaker': (action, clock) => createCircuitBreaker(action, { clock, timeout: 100 }).fire(),
  'a resilient function': (action, clock) =>
    createResilientFunction(action, {
      clock,
      timeoutMs: 100,
      circuitBreaker: {},
      bulkhead: {},
      retry: { maxAttempts: 1 },
    }).execute(),
  withTimeout: (action, clock) => withTimeout(action, 100, { clock }),
  'a bulkhead': (action, clock) =>
    withDeadline(100, () => createBulkhead({ clock }).execute(action), { clock }),
  retryWithBackoff: (action, clock) => retryWithBackoff(action, { clock, maxAttempts: 1 }),
  withFallback: (action) => withFallback(action, (error) => Promise.reject(error as Error)),
};

describe.each(Object.entries(callers))('%s', (name, run) => {
  it('makes a rejection of what the action throws before it returns', async () => {
    const clock = new ManualClock();
    const call = () =>
      run(() => {
        throw thrown;
      }, clock);
    await expect(call()).rejects.toBe(thrown);
  });

  it('hands through whatever is no promise: undefined, null, false, a function', async () => {
    for (const value of [undefined, null, false, 0, '', Symbol.iterator, () => 1]) {
      expect(await run(() => value, new ManualClock())).toBe(value);
    }
  });

  it('hands through a rejection with something that is no error', async () => {
    for (const reason of [undefined, null, 'text', 0]) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what others reject with is what is tested
      await expect(run(() => Promise.reject(reason), new ManualClock())).rejects.toBe(reason);
    }
  });

  it('takes the first answer of a thenable that settles more than once, even one that throws after it', async () => {
    const answers = [
      thenable((resolve) => {
        resolve('first');
        resolve('second');
      }),
      thenable((resolve, reject) => {
        resolve('first');
        reject(new Error('second'));
      }),
      thenable((resolve) => {
        resolve('first');
        throw new Error('second');
      }),
    ];
    for (const answer of answers) expect(await run(() => answer, new ManualClock())).toBe('first');
    const failing = thenable((resolve, reject) => {
      reject(thrown);
      resolve('late');
    });
    await expect(run(() => failing, new ManualClock())).rejects.toBe(thrown);
  });

  it('makes a rejection of a `then` that throws, as a method or as a getter', async () => {
    const inThen = thenable(() => {
      throw thrown;
    });
    // oxlint-disable-next-line unicorn/no-thenable -- a thenable whose getter throws is what is tested
    const inGetter = Object.defineProperty({}, 'then', {
      get() {
        throw thrown;
      },
    });
    await expect(run(() => inThen, new ManualClock())).rejects.toBe(thrown);
    await expect(run(() => inGetter, new ManualClock())).rejects.toBe(thrown);
  });

  // retryWithBackoff and withFallback have no limit of their own.
  if (name === 'retryWithBackoff' || name === 'withFallback') return;

  it('goes on at its limit when the action never settles and ignores its signal', async () => {
    const clock = new ManualClock();
    const call = watch(run(() => new Promise(() => {}), clock));
    await clock.advance(99);
    expect(call.state).toBe('pending');
    await clock.advance(1);
    expect(call.value).toBeInstanceOf(CallTimeoutError);
  });
});

describe('work that ignores its signal', () => {
  it('counts once, as a timeout, although it answers later', async () => {
    const clock = new ManualClock();
    const late = Promise.withResolvers<string>();
    const breaker = createCircuitBreaker(() => late.promise, { clock, timeout: 100 });
    const call = watch(breaker.fire());
    await clock.advance(100);
    late.resolve('late');
    await clock.advance(0);
    expect(call.value).toBeInstanceOf(CallTimeoutError);
    expect(breaker.getMetrics()).toMatchObject({ successes: 0, failures: 1, timeouts: 1 });
  });

  it('fails in the background without an unhandled rejection', async () => {
    const clock = new ManualClock();
    const late = Promise.withResolvers<string>();
    const unhandled: unknown[] = [];
    const record = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', record);
    const call = watch(createCircuitBreaker(() => late.promise, { clock, timeout: 100 }).fire());
    await clock.advance(100);
    late.reject(new Error('late'));
    await clock.advance(0);
    await new Promise(setImmediate);
    process.off('unhandledRejection', record);
    expect([call.state, unhandled]).toEqual(['rejected', []]);
  });
});

describe('functions of the application that throw', () => {
  const explode = (): never => {
    throw new Error('exploded');
  };

  it('change no outcome of a circuit, whichever they are', async () => {
    const failing = createCircuitBreaker(() => Promise.reject(thrown), {
      clock: new ManualClock(),
      failureThreshold: 1,
      errorFilter: explode,
      classifyFailure: explode,
      onEvent: explode,
      onStateChange: explode,
    });
    failing.on('failure', explode).on('open', explode).on('stateChange', explode).on('reject', explode);
    await expect(failing.fire()).rejects.toBe(thrown);
    expect(failing.state).toBe('OPEN');
    await expect(failing.fire()).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    expect(failing.getMetrics().listenerFailures).toBeGreaterThan(5);
  });

  it('change no outcome of a retry', async () => {
    const clock = new ManualClock();
    const call = watch(
      retryWithBackoff(() => Promise.reject(thrown), {
        clock,
        maxAttempts: 2,
        initialDelayMs: 10,
        classifyFailure: explode,
        onRetry: explode,
      }),
    );
    await clock.advance(10);
    expect(call.value).toBe(thrown);
  });

  it('that answer with a class that does not exist count as no failure and are not retried', async () => {
    const classify = () => 'dreadful' as FailureClass;
    const breaker = createCircuitBreaker(() => Promise.reject(thrown), {
      clock: new ManualClock(),
      failureThreshold: 1,
      classifyFailure: classify,
    });
    await expect(breaker.fire()).rejects.toBe(thrown);
    expect(breaker.state).toBe('CLOSED');
    let calls = 0;
    const count = () => {
      calls += 1;
      return Promise.reject(thrown);
    };
    await expect(retryWithBackoff(count, { classifyFailure: classify })).rejects.toBe(thrown);
    expect(calls).toBe(1);
  });
});
