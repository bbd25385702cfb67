import { channel, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { COLLECT_CHANNEL, type CollectRequest } from '@holdfast/context/channels';
import { contextStorage, Scope } from '@holdfast/context/storage';
import { ManualClock } from '@holdfast/context/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { manualFunction, watch } from '../test/deferred.ts';
import { createBulkhead } from './bulkhead.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { retryWithBackoff } from './retry.ts';
import { withTimeout } from './timeout.ts';

const down = new Error('down');
const cleanUps: (() => void)[] = [];

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

function listen(name: string): unknown[] {
  const messages: unknown[] = [];
  const listener = (message: unknown) => void messages.push(message);
  subscribe(name, listener);
  cleanUps.push(() => unsubscribe(name, listener));
  return messages;
}

describe('the channels of resilience', () => {
  it('tell of every transition, with its reason', async () => {
    const transitions = listen('holdfast:resilience:transition');
    const clock = new ManualClock();
    let up = false;
    const breaker = createCircuitBreaker(async () => (up ? 1 : Promise.reject(down)), {
      name: 'api',
      clock,
      failureThreshold: 1,
      successThreshold: 1,
      resetTimeout: 1000,
      resetTimeoutJitterRatio: 0,
    });
    await breaker.fire().catch(() => undefined);
    await clock.advance(1000);
    await breaker.fire().catch(() => undefined);
    await clock.advance(1000);
    up = true;
    await breaker.fire();
    breaker.open();
    expect(transitions).toEqual([
      { name: 'api', from: 'CLOSED', to: 'OPEN', at: 1_767_225_600_000, reason: 'threshold' },
      { name: 'api', from: 'OPEN', to: 'HALF_OPEN', at: 1_767_225_601_000, reason: 'reset-timeout' },
      { name: 'api', from: 'HALF_OPEN', to: 'OPEN', at: 1_767_225_601_000, reason: 'probe-failed' },
      { name: 'api', from: 'OPEN', to: 'HALF_OPEN', at: 1_767_225_602_000, reason: 'reset-timeout' },
      { name: 'api', from: 'HALF_OPEN', to: 'CLOSED', at: 1_767_225_602_000, reason: 'recovered' },
      { name: 'api', from: 'CLOSED', to: 'OPEN', at: 1_767_225_602_000, reason: 'manual' },
    ]);
  });

  it('tell of every call through a circuit, with its outcome and duration', async () => {
    const calls = listen('holdfast:resilience:call');
    const clock = new ManualClock();
    const fn = manualFunction();
    const breaker = createCircuitBreaker(fn, { name: 'api', clock, timeout: 50, failureThreshold: 2 });
    const notFound = { status: 404 };
    watch(breaker.fire());
    await clock.advance(20);
    fn.succeed(0);
    watch(breaker.fire());
    fn.fail(1, notFound);
    watch(breaker.fire());
    fn.fail(2, down);
    await clock.advance(0);
    const timedOut = watch(breaker.fire());
    await clock.advance(50);
    expect(await breaker.executeWithFallback((error) => (error as Error).name)).toBe('CircuitOpenError');
    const refusal = expect.objectContaining({ code: 'ERR_CIRCUIT_OPEN' });
    expect(calls).toEqual([
      { name: 'api', outcome: 'success', durationMs: 20 },
      { name: 'api', outcome: 'ignored', durationMs: 0, error: notFound },
      { name: 'api', outcome: 'failure', durationMs: 0, error: down },
      { name: 'api', outcome: 'timeout', durationMs: 50, error: timedOut.value },
      { name: 'api', outcome: 'rejected', durationMs: 0, error: refusal },
      { name: 'api', outcome: 'fallback', durationMs: 0, error: refusal },
    ]);
  });

  it('tell of every retry', async () => {
    const retries = listen('holdfast:resilience:retry');
    const clock = new ManualClock();
    let calls = 0;
    const options = { name: 'api', clock, jitter: false, maxAttempts: 2 };
    watch(retryWithBackoff(async () => (calls++ === 0 ? Promise.reject(down) : 1), options));
    await clock.advance(100);
    watch(retryWithBackoff(() => Promise.reject(new SyntaxError('bad')), options));
    await clock.advance(0);
    expect(retries).toEqual([
      { name: 'api', attempt: 1, outcome: 'retried', delayMs: 100, failureClass: 'transient' },
      { name: 'api', attempt: 2, outcome: 'succeeded' },
      { name: 'api', attempt: 1, outcome: 'gave-up', failureClass: 'permanent' },
    ]);
  });

  it('tell of every call that a bulkhead rejects', async () => {
    const rejected = listen('holdfast:resilience:bulkhead-rejected');
    const bulkhead = createBulkhead({ name: 'db', maxConcurrent: 1 });
    watch(bulkhead.execute(manualFunction()));
    await bulkhead.execute(() => 1).catch(() => undefined);
    expect(rejected).toEqual([{ name: 'db' }]);
  });

  it('run each attempt as an operation, in the store that a subscriber binds', async () => {
    const operations = tracingChannel('holdfast:resilience:attempt');
    const started = listen('tracing:holdfast:resilience:attempt:start');
    const ended = listen('tracing:holdfast:resilience:attempt:asyncEnd');
    const scope = new Scope();
    scope.setAttribute('bound', true);
    operations.start.bindStore(contextStorage, () => scope.child());
    cleanUps.push(() => void operations.start.unbindStore(contextStorage));
    const seen: unknown[] = [];
    const look = async () => {
      seen.push(contextStorage.getStore()?.attributes['bound']);
      return 'fine';
    };
    expect(await createCircuitBreaker(look, { name: 'breaker' }).fire()).toBe('fine');
    expect(await retryWithBackoff(look, { name: 'retry' })).toBe('fine');
    expect(await withTimeout(look, 1000, { name: 'timeout' })).toBe('fine');
    await expect(withTimeout(() => Promise.reject(down), 1000, { name: 'failing' })).rejects.toBe(down);
    expect(seen).toEqual([true, true, true]);
    expect(started).toMatchObject([
      { name: 'breaker', attempt: 1 },
      { name: 'retry', attempt: 1 },
      { name: 'timeout', attempt: 1 },
      { name: 'failing', attempt: 1, error: down },
    ]);
    expect(ended).toHaveLength(4);
  });

  it('answer a scrape with the state of every live circuit and bulkhead', async () => {
    const breaker = createCircuitBreaker(async () => 1, { name: 'scraped' });
    const bulkhead = createBulkhead({ name: 'scraped', maxConcurrent: 4 });
    await breaker.fire();
    breaker.open();
    const snapshots: [string, object][] = [];
    const request: CollectRequest = {
      add: (kind, snapshot) => void snapshots.push([kind, snapshot]),
      waitFor: () => {},
    };
    channel(COLLECT_CHANNEL).publish(request);
    const named = snapshots.filter(([, snapshot]) => 'name' in snapshot && snapshot.name === 'scraped');
    expect(named).toMatchObject([
      ['resilience.circuit', { state: 'OPEN', prometheusState: 1, successes: 1 }],
      ['resilience.bulkhead', { active: 0, queued: 0, maxConcurrent: 4 }],
    ]);
    expect(bulkhead.name).toBe('scraped');
  });
});
