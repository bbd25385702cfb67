import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@holdfast/context/testing';
import { idempotent, SqliteIdempotencyStore } from '@holdfast/idempotency';
import { expect, it, onTestFinished } from 'vitest';
import { startHousekeeping } from './housekeeping.ts';

const HOUR_MS = 3_600_000;

it('removes once an hour the answers that are past their time, until it is stopped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orders-api-housekeeping-'));
  const clock = new ManualClock();
  const idempotency = new SqliteIdempotencyStore({ file: join(folder, 'orders.db'), clock });
  onTestFinished(async () => {
    await idempotency.close();
    rmSync(folder, { recursive: true });
  });
  const told: unknown[] = [];
  const note = (...line: unknown[]): void => void told.push(line);
  const stop = startHousekeeping({ idempotency }, { info: note, warn: note }, clock);

  const options = { store: idempotency, clock, key: (key: string) => key };
  await idempotent((key: string) => key, { ...options, ttlMs: HOUR_MS / 2 })('short');
  await idempotent((key: string) => key, { ...options, ttlMs: 5 * HOUR_MS })('long');
  await clock.advance(HOUR_MS);
  await expect.poll(() => told).toEqual([['stored answers removed', { removed: 1 }]]);

  await stop();
  await clock.advance(10 * HOUR_MS);
  expect(told).toHaveLength(1);
  expect(clock.pendingTimers).toBe(0);
});
