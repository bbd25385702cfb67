import { ManualClock } from '@holdfast/context/testing';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { argumentsKey } from './arguments-key.ts';
import { type MemoizeOptions, memoize } from './index.ts';

function counted<A extends readonly unknown[], R>(fn: (...args: A) => R, options?: MemoizeOptions<A>) {
  const calls: A[] = [];
  const memoized = memoize((...args: A) => {
    calls.push(args);
    return fn(...args);
  }, options);
  onTestFinished(() => memoized.cache.close());
  return { calls, memoized };
}

describe('memoize', () => {
  it('calls the function once for equal arguments, whatever the order of their properties', async () => {
    const { calls, memoized } = counted((query: object) => Object.keys(query).length);
    expect(await memoized({ a: 1, b: [2] })).toBe(2);
    expect(await memoized({ b: [2], a: 1 })).toBe(2);
    expect(await memoized({ a: 1, b: ['2'] })).toBe(2);
    expect(calls.length).toBe(2);
  });

  it('does not remember a failure', async () => {
    const answers = [Promise.reject(new Error('down')), Promise.resolve('up')];
    const { memoized } = counted(() => answers.shift());
    await expect(memoized()).rejects.toThrow('down');
    expect(await memoized()).toBe('up');
  });

  it('forgets one result by its arguments', async () => {
    const { calls, memoized } = counted((id: string) => id.toUpperCase(), {
      keyGenerator: (id) => `user:${id}`,
    });
    await memoized('a');
    await memoized('b');
    await memoized.invalidate('a');
    await memoized('a');
    await memoized('b');
    expect(calls).toEqual([['a'], ['b'], ['a']]);
  });

  it('takes its name from the function', () => {
    const memoized = memoize(function findUser() {});
    onTestFinished(() => memoized.cache.close());
    expect(memoized.cache.name).toBe('findUser');
  });

  it('forgets after ttl', async () => {
    const clock = new ManualClock();
    const { calls, memoized } = counted(() => 1, { ttl: 50, jitterRatio: 0, clock });
    await memoized();
    await clock.advance(50);
    await memoized();
    expect(calls.length).toBe(2);
  });

  it('rejects arguments that have no text, without calling', async () => {
    const { calls, memoized } = counted((value: unknown) => value);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const value of [() => 1, Symbol('s'), new Map(), new (class A {})(), circle]) {
      await expect(memoized(value)).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    }
    expect(calls).toEqual([]);
    await expect(memoized('x'.repeat(5_000))).rejects.toThrow(
      'The arguments of a memoized call make a key of more than 4096 characters. Give memoize() a keyGenerator that makes a text of them.',
    );
  });
});

describe('the key of arguments', () => {
  it('differs for different values', () => {
    const values = [
      1,
      '1',
      -0,
      0,
      Number.NaN,
      1n,
      null,
      undefined,
      'null',
      true,
      [],
      {},
      [1],
      '[1]',
      [[1]],
      new Date(1),
      'Date(1)',
      { a: 1 },
      { a: '1' },
      { a: undefined },
    ];
    const keys = values.map((value) => argumentsKey([value]));
    expect(new Set(keys).size).toBe(values.length);
    expect(argumentsKey(['a', 'b'])).not.toBe(argumentsKey(['a,b']));
  });

  it('is equal exactly for values that JSON tells to be equal', () => {
    const value = fc.jsonValue({ noUnicodeString: false });
    const sorted = (input: unknown): unknown => {
      if (Array.isArray(input)) return input.map(sorted);
      if (typeof input !== 'object' || input === null) return Object.is(input, -0) ? '-0 number' : input;
      const keys = Object.keys(input).sort();
      return keys.map((key) => [key, sorted((input as Record<string, unknown>)[key])]).concat([['{}', '']]);
    };
    fc.assert(
      fc.property(value, value, (a, b) => {
        const isEqual = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(argumentsKey([a]) === argumentsKey([b])).toBe(isEqual);
      }),
    );
  });
});
