import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@holdfast/context/testing';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IdempotentOptions, idempotent } from '../idempotent.ts';
import { MemoryIdempotencyStore } from '../stores/memory.ts';
import { SqliteIdempotencyStore } from '../stores/sqlite.ts';
import { ReplayCache } from './replay-cache.ts';

const bytes = (length: number) => new Uint8Array(length).fill(7);
const cacheOf = (maxBytes: number, clock: ManualClock) =>
  new ReplayCache(maxBytes, clock, (result) => result);

describe('the cache of replays', () => {
  it('gives a record again until its time is over, counted from before the store was asked', async () => {
    const clock = new ManualClock();
    const cache = cacheOf(10_000, clock);
    const at = cache.askedAt();
    await clock.advance(300);
    cache.keep('k', 'f', bytes(3), at, 1_000);
    await clock.advance(699);
    expect(cache.find('k', 'f')).toMatchObject({ value: bytes(3) });
    await clock.advance(1);
    expect(cache.find('k', 'f')).toBeUndefined();
  });

  it('says mismatch for another fingerprint, and nothing of another key', () => {
    const cache = cacheOf(10_000, new ManualClock());
    cache.keep('k', 'f', bytes(3), cache.askedAt(), 1_000);
    expect([cache.find('k', 'g'), cache.find('l', 'f')]).toEqual(['mismatch', undefined]);
    expect(cache.find('k', 'f')).toMatchObject({ value: bytes(3) });
  });

  it('throws out what was given longest ago when there is no room, and takes nothing larger than itself', () => {
    // 750 bytes for each entry, 4 for key and fingerprint, 100 for the result: two have room in 1,800.
    const cache = cacheOf(1_800, new ManualClock());
    const at = cache.askedAt();
    cache.keep('a', 'f', bytes(100), at, 1_000);
    cache.keep('b', 'f', bytes(100), at, 1_000);
    cache.find('a', 'f');
    cache.keep('c', 'f', bytes(100), at, 1_000);
    cache.keep('d', 'f', bytes(1_100), at, 1_000);
    const held = ['a', 'b', 'c', 'd'].filter((key) => cache.find(key, 'f') !== undefined);
    expect(held).toEqual(['a', 'c']);
  });

  it('keeps its own copy', () => {
    const cache = cacheOf(10_000, new ManualClock());
    const large = bytes(1_000);
    cache.keep('k', 'f', large.subarray(0, 2), cache.askedAt(), 1_000);
    large.fill(0);
    const found = cache.find('k', 'f');
    expect(found).toMatchObject({ value: bytes(2) });
    expect(typeof found === 'object' && found.value.buffer.byteLength).toBe(2);
  });

  it('reads a record once, however often it is given again', () => {
    let reads = 0;
    const cache = new ReplayCache(10_000, new ManualClock(), (result) => {
      reads += 1;
      return { length: result.length };
    });
    const first = cache.keep('k', 'f', bytes(3), cache.askedAt(), 1_000);
    const given = Array.from({ length: 5 }, () => cache.find('k', 'f'));
    for (const found of given) expect(typeof found === 'object' && found.value).toBe(first);
    expect([first, reads]).toEqual([{ length: 3 }, 1]);
  });

  it('never holds more than its bytes, whatever is put in', () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 9 }), size: fc.integer({ min: 0, max: 2_000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = cacheOf(3_000, new ManualClock());
        for (const { key, size } of steps) cache.keep(`${key}`, 'f', bytes(size), cache.askedAt(), 1_000);
        const held = [...Array(10).keys()].map((key) => cache.find(`${key}`, 'f'));
        const total = held.reduce(
          (sum, found) => sum + (typeof found === 'object' ? found.value.byteLength + 754 : 0),
          0,
        );
        expect(total).toBeLessThanOrEqual(3_000);
      }),
    );
  });
});

describe('a call that is repeated again and again', () => {
  async function withStore(
    more: Partial<IdempotentOptions<string, string>>,
    work: (fn: (input: string) => Promise<string>, claims: () => number, clock: ManualClock) => Promise<void>,
    kind = 'SQLite',
  ): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-idempotency-'));
    const db = new Database(join(folder, 'store.db'));
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    const clock = new ManualClock();
    const store =
      kind === 'memory' ? new MemoryIdempotencyStore({ clock }) : new SqliteIdempotencyStore({ db, clock });
    let claims = 0;
    const claim = store.claim.bind(store);
    store.claim = (request) => {
      claims += 1;
      return claim(request);
    };
    const fn = idempotent<string, string>((input) => `${input} at ${clock.wallTime()}`, {
      store,
      clock,
      key: () => 'the key',
      ttlMs: 10_000,
      ...more,
    });
    await work(fn, () => claims, clock);
    await store.close();
    db.close();
    rmSync(folder, { recursive: true });
  }

  it.each(['SQLite', 'memory'])('asks the %s store for the first two, and after the TTL', async (kind) => {
    const work: Parameters<typeof withStore>[1] = async (fn, claims, clock) => {
      const first = await fn('a');
      for (let n = 0; n < 5; n += 1) expect(await fn('a')).toBe(first);
      expect(claims()).toBe(2);
      await expect(fn('b')).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_KEY_CONFLICT' });
      await clock.advance(10_000);
      expect(await fn('b')).not.toBe(first);
      expect(claims()).toBe(3);
    };
    await withStore({}, work, kind);
  });

  it('gives every caller a value of its own', async () => {
    const store = new MemoryIdempotencyStore();
    const list = idempotent<string, string[]>((input) => [input], { store, key: () => 'k' });
    for (let n = 0; n < 4; n += 1) {
      const value = await list('a');
      expect(value).toEqual(['a']);
      value.push('mine');
    }
    await store.close();
  });

  it('asks the store each time with replayCacheBytes: 0', async () => {
    await withStore({ replayCacheBytes: 0 }, async (fn, claims) => {
      for (let n = 0; n < 5; n += 1) await fn('a');
      expect(claims()).toBe(5);
    });
  });

  it('refuses a size that is none', async () => {
    await expect(withStore({ replayCacheBytes: -1 }, async () => undefined)).rejects.toThrow(
      'idempotent: replayCacheBytes is -1; it must be from 0 to 1073741824.',
    );
  });
});
