import { CacheInvalidation, LRUCache, memoize } from '@holdfast/cache';
import { expect, it, onTestFinished } from 'vitest';

const database = { query: async (userId: string) => ({ id: userId }) };

it('memoizes a function as in document 004', async () => {
  let queries = 0;
  const expensiveOperation = memoize(
    async (userId: string) => {
      queries += 1;
      return await database.query(userId);
    },
    {
      ttl: 300000,
      keyGenerator: (userId) => `user:${userId}`,
    },
  );
  onTestFinished(() => expensiveOperation.cache.close());
  const user1 = await expensiveOperation('user123');
  const user2 = await expensiveOperation('user123');
  expect([user1, user2, queries]).toEqual([{ id: 'user123' }, { id: 'user123' }, 1]);
});

it('invalidates and shows statistics as in document 004', async () => {
  const find = memoize(async (id: string) => id, { keyGenerator: (id) => id });
  onTestFinished(() => find.cache.close());
  for (const id of ['specific-key', 'user:1', 'user:2', 'other']) await find(id);
  await find('other');
  await CacheInvalidation.byKey('specific-key');
  expect(CacheInvalidation.stats().keys).toBe(3);
  await CacheInvalidation.byPattern('user:');
  const stats = CacheInvalidation.stats();
  expect(stats).toMatchObject({ hits: 1, misses: 4, keys: 1, hitRate: 20 });
  expect(stats.size).toBeGreaterThan(0);
  await CacheInvalidation.all();
  expect(CacheInvalidation.stats().keys).toBe(0);
});

it('is a plain map with limits as in document 004', () => {
  const cache = new LRUCache<{ data: string }>({
    maxSize: 1000,
    ttl: 300000,
    useLRU: true,
  });
  cache.set('key', { data: 'value' }, 60000);
  expect(cache.get('key')).toEqual({ data: 'value' });
  cache.delete('key');
  expect(cache.get('key')).toBeUndefined();
});
