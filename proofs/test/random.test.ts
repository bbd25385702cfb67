import { describe, expect, it } from 'vitest';
import { createRandom } from '../src/harness/random.ts';

describe('createRandom', () => {
  it('repeats its numbers for the same seed', () => {
    const first = createRandom(42);
    const second = createRandom(42);
    const numbers = [first.next(), first.next(), first.next()];
    expect([second.next(), second.next(), second.next()]).toEqual(numbers);
  });

  it('gives other numbers for another seed', () => {
    expect(createRandom(1).next()).not.toBe(createRandom(2).next());
  });

  it('reaches both ends of a range and nothing beyond', () => {
    const random = createRandom(7);
    const seen = new Set(Array.from({ length: 1_000 }, () => random.between(3, 5)));
    expect(seen).toEqual(new Set([3, 4, 5]));
  });

  it('spreads evenly over a range', () => {
    const random = createRandom(9);
    const hits = Array.from({ length: 10_000 }, () => random.between(0, 1)).filter((bit) => bit === 1).length;
    expect(hits).toBeGreaterThan(4_800);
    expect(hits).toBeLessThan(5_200);
  });

  it('forks a generator whose use does not shift the numbers of the first', () => {
    const plain = createRandom(5);
    plain.fork();
    const used = createRandom(5);
    const fork = used.fork();
    fork.next();
    fork.next();
    expect(used.next()).toBe(plain.next());
  });
});
