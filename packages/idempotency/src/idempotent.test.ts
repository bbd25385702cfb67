import { createTraceContext, runWithTrace, setIdentity, withDeadline } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { type IdempotentOptions, idempotent } from './idempotent.ts';
import { MemoryIdempotencyStore } from './stores/memory.ts';

interface Charge {
  readonly order: string;
  readonly cents: number;
}

function setUp(more: Partial<IdempotentOptions<Charge, unknown>> = {}) {
  const clock = new ManualClock();
  const store = new MemoryIdempotencyStore({ clock });
  const options = { store, clock, key: ({ order }: Charge) => order, leaseMs: 1_000, ...more };
  return { clock, store, options };
}

const charge = { order: 'o_1', cents: 500 };

describe('idempotent(fn)', () => {
  it('runs once for a key and gives every call the same value', async () => {
    let runs = 0;
    const { options } = setUp();
    const pay = idempotent(async ({ cents }: Charge) => ({ cents, run: (runs += 1) }), options);
    expect(await pay(charge)).toEqual({ cents: 500, run: 1 });
    expect(await pay(charge)).toEqual({ cents: 500, run: 1 });
    expect(runs).toBe(1);
  });

  it.each([[undefined], [null], [0], [''], [false], [[1, { a: 'ä' }]]])(
    'gives %j back as it was',
    async (value) => {
      const { options } = setUp();
      const fn = idempotent<Charge, unknown>(() => value, options);
      await fn(charge);
      expect(await fn(charge)).toEqual(value);
    },
  );

  it('refuses another input under the same key', async () => {
    const { options } = setUp();
    const pay = idempotent<Charge, unknown>(() => 1, options);
    await pay(charge);
    await expect(pay({ order: 'o_1', cents: 501 })).rejects.toMatchObject({
      name: 'KeyConflictError',
      code: 'ERR_IDEMPOTENCY_KEY_CONFLICT',
    });
  });

  it('compares only what fingerprint gives', async () => {
    const { options } = setUp({ fingerprint: ({ order }) => order });
    const pay = idempotent<Charge, unknown>(({ cents }) => cents, options);
    await pay(charge);
    expect(await pay({ order: 'o_1', cents: 501 })).toBe(500);
  });

  it('keeps scopes and tenants apart', async () => {
    const { options } = setUp();
    const fn = ({ cents }: Charge) => cents;
    const first = idempotent<Charge, unknown>(fn, options);
    const second = idempotent<Charge, unknown>(fn, { ...options, scope: 'mails' });
    await first(charge);
    expect(await second({ order: 'o_1', cents: 9 })).toBe(9);
    const asTenant = (tenantId: string, cents: number) =>
      runWithTrace(createTraceContext(), () => {
        setIdentity({ tenantId });
        return first({ order: 'o_1', cents });
      });
    expect([await asTenant('a', 1), await asTenant('b', 2)]).toEqual([1, 2]);
  });

  it('refuses a second call while the first is at work, or waits for it', async () => {
    const gate = Promise.withResolvers<number>();
    const { options, clock } = setUp();
    const refusing = idempotent<Charge, unknown>(() => gate.promise, options);
    const waiting = idempotent<Charge, unknown>(() => 0, { ...options, onInFlight: 'wait' });
    const first = refusing(charge);
    await expect(refusing(charge)).rejects.toMatchObject({
      code: 'ERR_DUPLICATE_REQUEST_IN_PROGRESS',
      retryAfterMs: 1000,
    });
    const second = waiting(charge);
    gate.resolve(7);
    expect(await first).toBe(7);
    await clock.advance(20);
    expect(await second).toBe(7);
  });

  it.each([
    ['waitMs', (call: () => Promise<unknown>) => call()],
    [
      'the deadline',
      (call: () => Promise<unknown>, clock: ManualClock) => withDeadline(300, call, { clock }),
    ],
  ])('waits no longer than %s', async (title, within) => {
    const { options, clock } = setUp({ onInFlight: 'wait', waitMs: title === 'waitMs' ? 300 : 5_000 });
    const fn = idempotent<Charge, unknown>(() => new Promise(() => undefined), options);
    void fn(charge);
    const second = within(() => fn(charge), clock);
    const seen: unknown[] = [];
    second.catch((error: unknown) => seen.push(error));
    await clock.advance(299);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect(seen).toHaveLength(1);
  });

  it('does not know how a call ended that threw, and refuses the next', async () => {
    const { options } = setUp();
    const pay = idempotent<Charge, unknown>(() => Promise.reject(new Error('timeout')), options);
    await expect(pay(charge)).rejects.toThrow('timeout');
    await expect(pay(charge)).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_OUTCOME_UNKNOWN' });
  });

  it('frees the key when the function, or releaseOn, says that nothing happened', async () => {
    const { options } = setUp({ releaseOn: (error) => (error as Error).message === 'refused' });
    const errors = ['refused', 'said'];
    const pay = idempotent<Charge, unknown>((_input, run) => {
      const message = errors.shift();
      if (message === 'said') run.release();
      if (message !== undefined) throw new Error(message);
      return 'paid';
    }, options);
    await expect(pay(charge)).rejects.toThrow('refused');
    await expect(pay(charge)).rejects.toThrow('said');
    expect(await pay(charge)).toBe('paid');
  });

  it('runs again after a lease with run-again; the one that was overtaken fails', async () => {
    const { options, clock, store } = setUp({ onLeaseExpired: 'run-again' });
    store.renew = () => Promise.reject(new Error('cut off'));
    const gate = Promise.withResolvers<string>();
    const tokens: number[] = [];
    const pay = idempotent<Charge, unknown>((_input, { token }) => {
      tokens.push(token);
      return tokens.length === 1 ? gate.promise : 'second';
    }, options);
    const first = pay(charge);
    await clock.advance(1_000);
    expect(await pay(charge)).toBe('second');
    gate.resolve('first');
    await expect(first).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_LEASE_LOST' });
    expect(await pay(charge)).toBe('second');
    expect((tokens[1] ?? 0) - (tokens[0] ?? 0)).toBe(1_000_000);
  });

  it('tells the one that was overtaken by its signal', async () => {
    const { options, clock, store } = setUp({ onLeaseExpired: 'run-again' });
    const renew = store.renew.bind(store);
    store.renew = () => Promise.reject(new Error('cut off'));
    const signals: AbortSignal[] = [];
    const pay = idempotent<Charge, unknown>((_input, { signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    }, options);
    void pay(charge);
    await clock.advance(1_000);
    void pay(charge);
    await clock.advance(1);
    store.renew = renew;
    await clock.advance(1_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it('asks reconcile, whose answer may be a value, run-again or refuse', async () => {
    const answers = ['refuse', 'run-again', { completed: 'found' }] as const;
    let asked = 0;
    const { options } = setUp({ onLeaseExpired: async () => answers[asked++] ?? 'refuse' });
    const pay = idempotent<Charge, unknown>(() => Promise.reject(new Error('half')), options);
    await expect(pay(charge)).rejects.toThrow('half');
    await expect(pay(charge)).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_OUTCOME_UNKNOWN' });
    await expect(pay(charge)).rejects.toThrow('half');
    expect(await pay(charge)).toBe('found');
    expect(await pay(charge)).toBe('found');
  });

  it('stops renewing after maxRunMs and leaves no timer behind', async () => {
    const { options, clock, store } = setUp({ maxRunMs: 5_000 });
    const fn = idempotent<Charge, unknown>(() => new Promise(() => undefined), options);
    void fn(charge);
    await clock.advance(4_000);
    await expect(fn(charge)).rejects.toMatchObject({ code: 'ERR_DUPLICATE_REQUEST_IN_PROGRESS' });
    await clock.advance(3_000);
    await expect(fn(charge)).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_OUTCOME_UNKNOWN' });
    await store.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('fails closed by default and runs unprotected with failOpen', async () => {
    const { options, store } = setUp();
    store.claim = () => Promise.reject(new Error('down'));
    await expect(idempotent<Charge, unknown>(() => 1, options)(charge)).rejects.toMatchObject({
      code: 'ERR_IDEMPOTENCY_STORE_UNAVAILABLE',
      retryAfterMs: 1000,
    });
    const open = idempotent<Charge, unknown>(() => 1, { ...options, onStoreFailure: 'failOpen' });
    expect(await open(charge)).toBe(1);
  });

  it('claims once more with the same owner after a failure, since the first may have arrived', async () => {
    const { options, store } = setUp();
    const claim = store.claim.bind(store);
    let calls = 0;
    store.claim = async (request) => {
      const outcome = await claim(request);
      if ((calls += 1) === 1) throw new Error('the answer was cut off');
      return outcome;
    };
    expect(await idempotent<Charge, unknown>(() => 'paid', options)(charge)).toBe('paid');
  });

  it('gives up a claim that arrived after its time limit', async () => {
    const { options, store, clock } = setUp();
    const claim = store.claim.bind(store);
    const gate = Promise.withResolvers<void>();
    store.claim = async (request) => {
      await gate.promise;
      return claim(request);
    };
    const fn = idempotent<Charge, unknown>(() => 'paid', options);
    const late = expect(fn(charge)).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_STORE_UNAVAILABLE' });
    await clock.advance(2_000);
    await late;
    gate.resolve();
    await clock.advance(0);
    expect(await fn(charge)).toBe('paid');
  });

  it('runs a function once although its value is no JSON, and says so to the next', async () => {
    const { options } = setUp();
    const fn = idempotent<Charge, unknown>(() => 10n, options);
    expect(await fn(charge)).toBe(10n);
    await expect(fn(charge)).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_NOT_REPLAYABLE' });
  });

  it('refuses an option out of its range, naming it', () => {
    const { options } = setUp();
    expect(() => idempotent(() => 1, { ...options, leaseMs: 50 })).toThrow(
      'idempotent: leaseMs is 50; it must be from 100 to 3600000.',
    );
  });
});
