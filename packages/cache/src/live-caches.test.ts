import { channel } from 'node:diagnostics_channel';
import { COLLECT_CHANNEL, subscribeSafely } from '@holdfast/context/channels';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CacheInvalidation, type CacheRequest, createCache } from './index.ts';

function open(name: string) {
  const cache = createCache<string>({ name });
  onTestFinished(() => cache.close());
  return cache;
}

describe('CacheInvalidation', () => {
  it('reaches every cache of the process until it is closed', async () => {
    const [a, b] = [open('a'), open('b')];
    const fill = () =>
      Promise.all([a, b].flatMap((cache) => [cache.set('user:1', 'x'), cache.set('order:1', 'y')]));
    await fill();
    await CacheInvalidation.byKey('user:1');
    expect([a.getStats().keys, b.getStats().keys]).toEqual([1, 1]);
    await fill();
    await CacheInvalidation.byPattern('user');
    expect(await a.get('order:1')).toBe('y');
    expect(await a.get('user:1')).toBeUndefined();
    await CacheInvalidation.all();
    expect(CacheInvalidation.stats().keys).toBe(0);
    await fill();
    await b.close();
    expect(CacheInvalidation.stats().keys).toBe(2);
  });

  it('adds up the statistics of all caches', async () => {
    const [a, b] = [open('a'), open('b')];
    await a.set('k', 'v');
    for (let n = 0; n < 3; n += 1) await a.get('k');
    await b.get('k');
    expect(CacheInvalidation.stats()).toMatchObject({ hits: 3, misses: 1, keys: 1, hitRate: 75 });
  });
});

describe('telemetry', () => {
  it('tells how each request ended, and the size when asked', async () => {
    const facts: CacheRequest[] = [];
    onTestFinished(subscribeSafely<CacheRequest>('holdfast:cache:request', (fact) => facts.push(fact)));
    const cache = open('users');
    await cache.getOrLoad('k', () => 'value');
    await cache.getOrLoad('k', () => 'value');
    await expect(cache.getOrLoad('other', () => Promise.reject(new Error('down')))).rejects.toThrow();
    expect(facts).toEqual([
      { cache: 'users', outcome: 'miss' },
      { cache: 'users', outcome: 'hit' },
      { cache: 'users', outcome: 'error' },
    ]);
    const snapshots: object[] = [];
    const add = (kind: string, snapshot: object) => snapshots.push({ kind, ...snapshot });
    channel(COLLECT_CHANNEL).publish({ add, waitFor: () => undefined });
    expect(snapshots).toEqual([{ kind: 'cache.size', cache: 'users', keys: 1, size: 212, evictions: 0 }]);
  });
});
