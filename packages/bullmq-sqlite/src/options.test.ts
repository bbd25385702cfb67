import { describe, expect, it } from 'vitest';
import { DEFAULTS, resolveConnection } from './options.ts';

describe('DEFAULTS', () => {
  it('are durable to loss of power, wait 5 s for a lock and look twice a second', () => {
    expect(DEFAULTS).toEqual({ durability: 'power-loss', busyTimeoutMs: 5000, pollIntervalMs: 500 });
    expect(Object.isFrozen(DEFAULTS)).toBe(true);
  });

  it('are overridden one by one', () => {
    expect(resolveConnection({ file: 'queue.db', busyTimeoutMs: 0 })).toMatchObject({
      busyTimeoutMs: 0,
      pollIntervalMs: 500,
      durability: 'power-loss',
    });
  });
});
