import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import type { SqlStatement } from './sql-runner.ts';
import { createSqlStore } from './sql-store.ts';
import { openSqliteRunner } from './sqlite-runner.ts';

it('keeps a delivery in its later round when an attempt of an earlier one ends, and counts that attempt', async () => {
  const runner = await openSqliteRunner({ file: ':memory:' }, false);
  onTestFinished(() => runner.close());
  const store = await createSqlStore(runner);
  const first = {
    id: 'd',
    endpointId: 'e',
    eventId: 'm',
    eventType: 'a.b',
    body: '{}',
    createdAt: 1,
    round: 0,
  };
  const attempt = { deliveryId: 'd', durationMs: 1, statusCode: 200, errorClass: null, excerpt: null };
  await store.insertDeliveries([first], 'pending');
  await store.nextRound('d', 0, 2);
  await store.recordAttempt({ ...first, round: 1 }, { ...attempt, attempt: 1, at: 3 }, 'delivered');
  await store.recordAttempt(first, { ...attempt, attempt: 2, at: 4 }, 'failed');
  await store.setStatus(first, 'held', 5);
  expect(await store.delivery('d')).toEqual({
    ...first,
    round: 1,
    status: 'delivered',
    attempts: 2,
    updatedAt: 3,
  });
  expect((await store.attempts('d')).map(({ at }) => at)).toEqual([3, 4]);
});

it('looks nothing up by reading or sorting the whole log of deliveries', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  const file = join(folder, 'webhooks.db');
  const runner = await openSqliteRunner({ file }, false);
  const asked: SqlStatement[] = [];
  const store = await createSqlStore({
    ...runner,
    read: (statement) => {
      asked.push(statement);
      return runner.read(statement);
    },
  });
  const db = new Database(file);
  onTestFinished(async () => {
    db.close();
    await runner.close();
    rmSync(folder, { recursive: true });
  });
  const range = { endpointId: 'e', from: 1, to: 9, after: { createdAt: 2, id: 'd' }, limit: 10 };
  for (const status of [undefined, 'failed', 'held', 'pending', 'delivered', 'cancelled'] as const)
    for (const order of ['newest', 'oldest'] as const) await store.deliveries({ ...range, status, order });
  await store.delivery('d');
  await store.attempts('d');
  await store.endpointsOf('topic');
  await store.endpointsToProbe({ now: 1, latest: 5, limit: 10 });
  await store.purge(1, 10);
  const plans = asked.map(({ sql, values }) =>
    (db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[]).map(
      ({ detail }) => detail,
    ),
  );
  expect(
    plans.flat().filter((step) => /SCAN holdfast_webhook_(deliveries|attempts)|TEMP B-TREE/.test(step)),
  ).toEqual([]);
  const failed = plans.filter((_, index) => asked[index]?.sql.includes("status = 'failed'"));
  expect(failed.flat()).toHaveLength(2);
  for (const step of failed.flat()) expect(step).toContain('holdfast_webhook_deliveries_failed');
});
