import { type PostgresServer, startPostgres, startPostgresProxy } from '@holdfast/test-servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Effect, PaymentsDatabase } from './database.ts';
import { openPostgresDatabase } from './database-postgres.ts';

let postgres: PostgresServer;
let url: string;
let database: PaymentsDatabase;
let databases = 0;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

beforeEach(async () => {
  databases += 1;
  url = await postgres.createDatabase(`payments_${databases}`);
  database = await openPostgresDatabase(url, () => undefined);
});
afterEach(() => database.close());

const EFFECT: Effect = {
  eventId: 'evt_1',
  provider: 'stripe',
  eventType: 'charge.succeeded',
  kind: 'charge',
  amountCents: 5_000_000_000,
  currency: 'EUR',
  chargeId: 'ch_1',
  attempt: 1,
  receivedAt: 1_760_000_000_000,
  startedAt: 1_760_000_000_100,
  traceId: undefined,
};

describe('payments on PostgreSQL', () => {
  it('record an effect once, whoever of several comes first', async () => {
    const other = await openPostgresDatabase(url, () => undefined);
    const tries = Array.from({ length: 8 }, async (_, n) =>
      (n % 2 === 0 ? database : other).recordEffect(EFFECT),
    );
    const written = await Promise.all(tries);
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(await other.countEffects()).toBe(1);
    await other.close();
  });

  it('are found as they were recorded, under their provider', async () => {
    await database.recordEffect(EFFECT);
    expect(await database.findPayment('stripe', 'evt_1')).toEqual({
      provider: 'stripe',
      eventId: 'evt_1',
      eventType: 'charge.succeeded',
      kind: 'charge',
      amountCents: 5_000_000_000,
      currency: 'EUR',
      chargeId: 'ch_1',
      recordedAt: expect.any(Number),
      traceId: null,
    });
    expect(await database.findPayment('paddle', 'evt_1')).toBeUndefined();
  });

  it('undo the record with the effect, and say as it is what the statement did wrong', async () => {
    const wrong = { ...EFFECT, currency: null as unknown as string };
    await expect(database.recordEffect(wrong)).rejects.toMatchObject({ code: '23502' });
    expect(await database.recordEffect(EFFECT)).toBe(true);
  });

  it('survive a server that ends a connection between two statements', async () => {
    const proxy = await startPostgresProxy(url);
    const through = await openPostgresDatabase(proxy.url, () => undefined);
    proxy.endBehindNextAnswer();
    await expect(through.recordEffect(EFFECT)).rejects.toThrow();
    expect(proxy.ended).toBe(1);
    expect(await through.recordEffect(EFFECT)).toBe(true);
    await through.close();
    await proxy.close();
  });

  it('keep the changes of a circuit', async () => {
    const change = {
      name: 'payment-api',
      from: 'CLOSED',
      to: 'OPEN',
      at: 1_760_000_000_000.4,
      reason: 'threshold',
    };
    await database.recordCircuitChange(change);
    await database.check();
  });

  it('let a job wait without an attempt while the server is away', async () => {
    await database.recordEffect(EFFECT);
    await postgres.kill();
    for (const eventId of ['evt_2', 'evt_3']) {
      await expect(database.recordEffect({ ...EFFECT, eventId })).rejects.toMatchObject({
        code: 'ERR_DATABASE_AWAY',
        failureClass: 'overload',
        retryAfterMs: 2000,
      });
    }
    await expect(async () => database.check()).rejects.toThrow();
  });
});
