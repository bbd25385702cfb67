import { withDeadline } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { CircuitOpenError, createCircuitBreaker } from '@holdfast/resilience';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CacheOptions, createCache } from './index.ts';

function open<V = unknown>(options: CacheOptions = {}) {
  const clock = new ManualClock();
  const cache = createCache<V>({ clock, jitterRatio: 0, ttl: 1_000, ...options });
  onTestFinished(() => cache.close());
  return { clock, cache };
}

/** A loader that answers when it is told to. */
function slowLoader<V>() {
  const calls: { resolve: (value: V) => void; reject: (error: Error) => void; signal: AbortSignal }[] = [];
  const load = ({ signal }: { signal: AbortSignal }) =>
    new Promise<V>((resolve, reject) => void calls.push({ resolve, reject, signal }));
  return { calls, load };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('a cache', () => {
  it('gives a value until its time to live is over', async () => {
    const { cache, clock } = open();
    await cache.set('k', 'v');
    await clock.advance(999);
    expect(await cache.get('k')).toBe('v');
    await clock.advance(1);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('keeps undefined, null and false as values', async () => {
    const { cache } = open();
    for (const value of [undefined, null, false, 0, '', Number.NaN, 10n]) {
      let loads = 0;
      const load = () => {
        loads += 1;
        return value;
      };
      await cache.getOrLoad(String(value), load);
      expect(await cache.getOrLoad(String(value), load)).toBe(value);
      expect(loads).toBe(1);
    }
  });

  it('gives each caller its own copy, the one who loaded included', async () => {
    const { cache } = open<{ list: number[]; at: Date; map: Map<string, number> }>();
    const source = { list: [1], at: new Date(5), map: new Map([['a', 1]]) };
    const first = await cache.getOrLoad('k', () => source);
    first.list.push(2);
    source.list.push(3);
    const second = await cache.getOrLoad('k', () => source);
    expect(second).toEqual({ list: [1], at: new Date(5), map: new Map([['a', 1]]) });
    expect(second).not.toBe(await cache.get('k'));
  });

  it('gives all callers one frozen object where that is asked for', async () => {
    const { cache } = open<{ list: number[] }>({ share: 'frozen' });
    const first = await cache.getOrLoad('k', () => ({ list: [1] }));
    expect(await cache.get('k')).toBe(first);
    expect(() => first.list.push(2)).toThrow(TypeError);
    await expect(cache.set('d', new Map() as never)).rejects.toThrow('cannot be copied');
  });

  it('refuses a value that cannot be copied', async () => {
    const { cache } = open<unknown>({ name: 'users' });
    const load = () => ({ save() {} });
    await expect(cache.getOrLoad('k', load)).rejects.toThrow(
      'A value for the cache "users" cannot be copied, so callers would share it. Return plain data: no functions, symbols, promises or streams.',
    );
  });

  it('gives out a value that is too large and forgets it', async () => {
    const { cache } = open<string>({ maxEntryBytes: 100 });
    const long = 'x'.repeat(51);
    expect(await cache.getOrLoad('k', () => long)).toBe(long);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('makes place for a new value by the one used longest ago', async () => {
    const { cache } = open({ maxSize: 2 });
    await cache.set('a', 1);
    await cache.set('b', 2);
    await cache.get('a');
    await cache.set('c', 3);
    expect([await cache.get('a'), await cache.get('b'), await cache.get('c')]).toEqual([1, undefined, 3]);
    expect(cache.getStats().evictions).toBe(1);
  });

  it('stays within its size in bytes', async () => {
    const { cache } = open<string>({ maxSizeBytes: 10_000 });
    for (let n = 0; n < 100; n += 1) await cache.set(`key-${n}`, 'x'.repeat(500));
    const { size, keys } = cache.getStats();
    expect(size).toBeLessThanOrEqual(10_000);
    expect(keys).toBe(8);
  });

  it('removes what nobody asks for again', async () => {
    const { cache, clock } = open();
    for (let n = 0; n < 10; n += 1) await cache.set(`key-${n}`, n);
    await clock.advance(60_000);
    expect(cache.getStats()).toMatchObject({ keys: 0, size: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('shortens times to live at random, by a tenth at most', async () => {
    const { cache, clock } = open({ jitterRatio: 0.1, random: () => 0.5 });
    await cache.set('k', 'v');
    await clock.advance(949);
    expect(await cache.get('k')).toBe('v');
    await clock.advance(1);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('lets a loader say how long its value lives, and whether it is kept', async () => {
    const { cache, clock } = open<string>();
    await cache.getOrLoad('short', ({ keepFor }) => {
      keepFor({ ttl: 10 });
      return 'v';
    });
    await cache.getOrLoad('never', ({ doNotKeep }) => {
      doNotKeep();
      return 'v';
    });
    expect([await cache.get('short'), await cache.get('never')]).toEqual(['v', undefined]);
    await clock.advance(10);
    expect(await cache.get('short')).toBeUndefined();
  });

  it('counts hits, misses and what it holds', async () => {
    const { cache } = open<string>();
    await cache.getOrLoad('k', () => 'value');
    await cache.getOrLoad('k', () => 'value');
    await cache.get('k');
    await cache.get('absent');
    expect(cache.getStats()).toEqual({
      hits: 2,
      misses: 2,
      keys: 1,
      size: 10 + 2 + 200,
      hitRate: 50,
      staleHits: 0,
      coalesced: 0,
      bypassed: 0,
      loadFailures: 0,
      storeErrors: 0,
      evictions: 0,
    });
  });

  it('refuses work when it is closed', async () => {
    const { cache } = open({ name: 'users' });
    await cache.close();
    await expect(cache.get('k')).rejects.toThrow('The cache "users" is closed. Close it after what uses it.');
    await expect(cache.getOrLoad('k', () => 1)).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
  });
});

describe('one load for all who wait', () => {
  it('asks the source once for a thousand callers', async () => {
    const { cache } = open<string>();
    const { calls, load } = slowLoader<string>();
    const answers = Array.from({ length: 1_000 }, () => cache.getOrLoad('k', load));
    await soon();
    calls[0]?.resolve('v');
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['v']));
    expect(calls.length).toBe(1);
    expect(cache.getStats()).toMatchObject({ misses: 1, hits: 999, coalesced: 999 });
  });

  it('gives its failure to all of them, and asks again for the next', async () => {
    const { cache } = open<string>();
    const { calls, load } = slowLoader<string>();
    const answers = [1, 2, 3].map(() => cache.getOrLoad('k', load));
    await soon();
    calls[0]?.reject(new Error('source is down'));
    for (const answer of answers) await expect(answer).rejects.toThrow('source is down');
    expect(calls.length).toBe(1);
    const next = cache.getOrLoad('k', load);
    await soon();
    calls[1]?.resolve('v');
    expect(await next).toBe('v');
  });

  it('goes on for the others when the one who began it gives up', async () => {
    const { cache } = open<string>();
    const { calls, load } = slowLoader<string>();
    const controller = new AbortController();
    const leader = withDeadline(Number.POSITIVE_INFINITY, () => cache.getOrLoad('k', load), {
      signal: controller.signal,
    });
    await soon();
    const follower = cache.getOrLoad('k', load);
    controller.abort(new Error('client left'));
    await expect(leader).rejects.toThrow('client left');
    expect(calls[0]?.signal.aborted).toBe(false);
    calls[0]?.resolve('v');
    expect(await follower).toBe('v');
  });

  it('is told when the last one has given up', async () => {
    const { cache } = open<string>();
    const { calls, load } = slowLoader<string>();
    const controller = new AbortController();
    const options = { signal: controller.signal };
    const both = [1, 2].map(() =>
      withDeadline(Number.POSITIVE_INFINITY, () => cache.getOrLoad('k', load), options),
    );
    await soon();
    controller.abort(new Error('client left'));
    for (const one of both) await expect(one).rejects.toThrow('client left');
    expect(calls[0]?.signal.reason).toMatchObject({ code: 'ERR_CACHE_LOAD_ABANDONED' });
  });

  it('runs without the deadline of the one who began it', async () => {
    const { cache, clock } = open<string>();
    const { remainingMs } = await import('@holdfast/context');
    const seen: number[] = [];
    const load = () => {
      seen.push(remainingMs());
      return 'v';
    };
    await withDeadline(500, () => cache.getOrLoad('k', load), { clock });
    expect(seen).toEqual([Number.POSITIVE_INFINITY]);
  });

  it('ends after loadTimeoutMs, with its signal aborted and a late result thrown away', async () => {
    const { cache, clock } = open<string>({ name: 'users', loadTimeoutMs: 100 });
    const { calls, load } = slowLoader<string>();
    const answer = cache.getOrLoad('k', load);
    answer.catch(() => undefined);
    await clock.advance(100);
    await expect(answer).rejects.toThrow(
      'A load of the cache "users" did not end within 100 ms. Make it faster, or raise loadTimeoutMs.',
    );
    expect(calls[0]?.signal.aborted).toBe(true);
    calls[0]?.resolve('late');
    await soon();
    expect(await cache.get('k')).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a removal', () => {
  it('makes the next caller load anew while an older load is under way, whose result is not kept', async () => {
    const { cache } = open<string>();
    const { calls, load } = slowLoader<string>();
    const before = cache.getOrLoad('k', load);
    await soon();
    await cache.delete('k');
    const after = cache.getOrLoad('k', load);
    await soon();
    calls[1]?.resolve('new');
    calls[0]?.resolve('old');
    expect([await before, await after]).toEqual(['old', 'new']);
    expect(await cache.get('k')).toBe('new');
  });

  it('takes by text every key that contains it, and loads under way', async () => {
    const { cache } = open<string>();
    await cache.set('user:1', 'a');
    await cache.set('order:1', 'b');
    const { calls, load } = slowLoader<string>();
    const loading = cache.getOrLoad('user:2', load);
    await soon();
    await cache.deleteMatching('user:');
    calls[0]?.resolve('old');
    await loading;
    expect(await Promise.all(['user:1', 'user:2', 'order:1'].map((key) => cache.get(key)))).toEqual([
      undefined,
      undefined,
      'b',
    ]);
  });

  it('is not undone by a load that began before a value was set', async () => {
    const { cache } = open<string>();
    const { calls, load } = slowLoader<string>();
    const loading = cache.getOrLoad('k', load);
    await soon();
    await cache.set('k', 'written');
    calls[0]?.resolve('read before');
    await loading;
    expect(await cache.get('k')).toBe('written');
  });
});

describe('an older value', () => {
  it('is given at once while a new one is loaded in the background', async () => {
    const { cache, clock } = open<string>({ staleWhileRevalidateMs: 500 });
    await cache.set('k', 'old');
    await clock.advance(1_200);
    const { calls, load } = slowLoader<string>();
    expect(await Promise.all([1, 2, 3].map(() => cache.getOrLoad('k', load)))).toEqual(['old', 'old', 'old']);
    await soon();
    expect(calls.length).toBe(1);
    calls[0]?.resolve('new');
    await soon();
    expect(await cache.getOrLoad('k', load)).toBe('new');
    expect(cache.getStats()).toMatchObject({ hits: 4, staleHits: 3, misses: 0 });
  });

  it('tells onError of a load in the background that fails', async () => {
    const errors: Error[] = [];
    const { cache, clock } = open<string>({
      staleWhileRevalidateMs: 500,
      onError: (error) => errors.push(error),
    });
    await cache.set('k', 'old');
    await clock.advance(1_200);
    expect(await cache.getOrLoad('k', () => Promise.reject(new Error('source is down')))).toBe('old');
    await soon();
    expect(errors.map(({ message }) => message)).toEqual(['source is down']);
  });

  it('is given instead of an error, and the source left alone for staleRetryMs', async () => {
    const { cache, clock } = open<string>({ staleIfErrorMs: 10_000, staleRetryMs: 300 });
    await cache.set('k', 'old');
    await clock.advance(1_000);
    let calls = 0;
    const load = () => {
      calls += 1;
      return Promise.reject(new Error('source is down'));
    };
    expect(await cache.getOrLoad('k', load)).toBe('old');
    expect(await cache.getOrLoad('k', load)).toBe('old');
    expect(calls).toBe(1);
    await clock.advance(300);
    expect(await cache.getOrLoad('k', load)).toBe('old');
    expect(calls).toBe(2);
    await clock.advance(10_000);
    await expect(cache.getOrLoad('k', load)).rejects.toThrow('source is down');
  });

  it('is given while the circuit of its source is open', async () => {
    const { cache, clock } = open<string>({ staleIfErrorMs: 60_000 });
    await cache.set('k', 'old');
    await clock.advance(1_000);
    const breaker = createCircuitBreaker(() => Promise.resolve('new'), { name: 'prices', clock });
    breaker.isolate();
    await expect(breaker.fire()).rejects.toThrow(CircuitOpenError);
    expect(await cache.getOrLoad('k', () => breaker.fire())).toBe('old');
    breaker.close();
    await clock.advance(1_000);
    expect(await cache.getOrLoad('k', () => breaker.fire())).toBe('new');
  });
});

describe('random histories', () => {
  type Step =
    | { do: 'set' | 'delete' | 'load' | 'get'; key: string; value: number }
    | { do: 'clear' | 'match' | 'wait'; key: string; value: number };
  const step: fc.Arbitrary<Step> = fc.record({
    do: fc.constantFrom('set', 'delete', 'load', 'get', 'clear', 'match', 'wait'),
    key: fc.constantFrom('a1', 'a2', 'b1'),
    value: fc.integer({ min: 1, max: 700 }),
  });

  it('agree with a plain map with times', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = new ManualClock();
        const cache = createCache<number>({ clock, jitterRatio: 0, ttl: 1_000 });
        const model = new Map<string, { value: number; until: number }>();
        const fresh = (key: string) => {
          const found = model.get(key);
          return found !== undefined && found.until > clock.now() ? found.value : undefined;
        };
        for (const { do: act, key, value } of steps) {
          const kept = { value, until: clock.now() + 1_000 };
          if (act === 'set') {
            await cache.set(key, value);
            model.set(key, kept);
          } else if (act === 'delete') {
            await cache.delete(key);
            model.delete(key);
          } else if (act === 'load') {
            const expected = fresh(key) ?? value;
            if (fresh(key) === undefined) model.set(key, kept);
            expect(await cache.getOrLoad(key, () => value)).toBe(expected);
          } else if (act === 'clear') {
            await cache.clear();
            model.clear();
          } else if (act === 'match') {
            await cache.deleteMatching(key.slice(0, 1));
            for (const known of Array.from(model.keys()))
              if (known.startsWith(key.slice(0, 1))) model.delete(known);
          } else if (act === 'wait') await clock.advance(value);
          else expect(await cache.get(key)).toBe(fresh(key));
        }
        await cache.close();
      }),
      { numRuns: 200 },
    );
  });
});
