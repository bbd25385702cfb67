import { ManualClock } from '@holdfast/context/testing';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { MemoryIdempotencyStore } from './memory.ts';
import { purgeExpired } from './purge-expired.ts';
import { SqliteIdempotencyStore } from './sqlite.ts';

const request = { fingerprint: 'f', owner: 'o', leaseMs: 1_000, ttlMs: 1_000, takeOver: false };

describe('purgeExpired', () => {
  it('removes every record past its TTL, batch by batch, with a turn of the event loop between them', async () => {
    const clock = new ManualClock();
    const store = new MemoryIdempotencyStore({ clock });
    for (let n = 0; n < 25; n += 1) await store.claim({ ...request, key: `${n}` });
    await clock.advance(1_000);
    await store.claim({ ...request, key: 'young' });
    let turns = 0;
    const count = () => {
      turns += 1;
      if (turns < 100) setImmediate(count);
    };
    setImmediate(count);
    expect(await purgeExpired(store, { limit: 10 })).toBe(25);
    expect(turns).toBeGreaterThanOrEqual(2);
    await store.close();
  });

  it('ends after the batch under way when its signal aborts', async () => {
    const store = new MemoryIdempotencyStore();
    expect(await purgeExpired(store, { signal: AbortSignal.abort() })).toBe(0);
    await expect(purgeExpired(store, { limit: 0 })).rejects.toThrow(
      'limit is 0; it must be an integer from 1',
    );
  });

  it('leaves a SQLite connection as durable as it was', async () => {
    const db = new Database(':memory:');
    db.pragma('synchronous = EXTRA');
    await using store = new SqliteIdempotencyStore({ db });
    await purgeExpired(store);
    expect(db.pragma('synchronous', { simple: true })).toBe(3);
    db.close();
  });
});

describe('MemoryIdempotencyStore', () => {
  it('sweeps by itself and ends its timer when it is empty', async () => {
    const clock = new ManualClock();
    const store = new MemoryIdempotencyStore({ clock, maxRecords: 1 });
    await store.claim({ ...request, key: 'a' });
    await clock.advance(60_000);
    expect(clock.pendingTimers).toBe(0);
    expect((await store.claim({ ...request, key: 'b' })).status).toBe('claimed');
    await store.close();
  });
});
