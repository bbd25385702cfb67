import { describe, expect, it } from 'vitest';
import { resolveConnection, SQLITE_BACKEND_DEFAULTS } from './options.ts';

describe('SQLITE_BACKEND_DEFAULTS', () => {
  it('are durable to loss of power, wait 5 s for a lock and look twice a second', () => {
    expect(SQLITE_BACKEND_DEFAULTS).toEqual({
      durability: 'power-loss',
      busyTimeoutMs: 5000,
      pollIntervalMs: 500,
    });
    expect(Object.isFrozen(SQLITE_BACKEND_DEFAULTS)).toBe(true);
  });

  it('are overridden one by one', () => {
    expect(resolveConnection({ file: 'queue.db', busyTimeoutMs: 0 })).toMatchObject({
      busyTimeoutMs: 0,
      pollIntervalMs: 500,
      durability: 'power-loss',
    });
  });
});
