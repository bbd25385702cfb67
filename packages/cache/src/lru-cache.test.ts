import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { LRUCache } from './index.ts';

describe('LRUCache', () => {
  it('keeps 500 items for five minutes by default', async () => {
    const clock = new ManualClock();
    const cache = new LRUCache<number>({ clock });
    for (let n = 0; n <= 500; n += 1) cache.set(`key-${n}`, n);
    expect([cache.size, cache.get('key-0'), cache.get('key-500')]).toEqual([500, undefined, 500]);
    await clock.advance(299_999);
    expect(cache.has('key-500')).toBe(true);
    await clock.advance(1);
    expect([cache.has('key-500'), cache.get('key-500')]).toEqual([false, undefined]);
  });

  it('gives an item a time to live of its own', async () => {
    const clock = new ManualClock();
    const cache = new LRUCache<string>({ clock, ttl: 300_000 });
    cache.set('key', 'v', 60_000);
    await clock.advance(60_000);
    expect(cache.get('key')).toBeUndefined();
  });

  it('lets the item used longest ago go first', () => {
    const cache = new LRUCache<number>({ maxSize: 2 });
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect([cache.has('a'), cache.has('b')]).toEqual([true, false]);
  });

  it('lets the oldest item go first without useLRU', () => {
    const cache = new LRUCache<number>({ maxSize: 2, useLRU: false });
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect([cache.has('a'), cache.has('b')]).toEqual([false, true]);
    cache.set('b', 4);
    cache.set('d', 5);
    expect([cache.has('b'), cache.has('c')]).toEqual([true, false]);
  });

  it('removes one item, or all', () => {
    const cache = new LRUCache<number>();
    cache.set('a', 1);
    cache.set('b', 2);
    expect([cache.delete('a'), cache.delete('a')]).toEqual([true, false]);
    cache.clear();
    expect(cache.size).toBe(0);
  });

  it('reads numbers as environment variables bring them, and refuses others', () => {
    expect(() => new LRUCache({ maxSize: '1000', ttl: '300000' })).not.toThrow();
    expect(() => new LRUCache({ maxSize: 'many' })).toThrow(
      'LRUCache: maxSize is many; it must be an integer from 1 to 16777216.',
    );
    expect(() => new LRUCache({ ttl: 0 })).toThrow(
      'LRUCache: ttl is 0; it must be an integer from 1 to 3155760000000.',
    );
  });
});
