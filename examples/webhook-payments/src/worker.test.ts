import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@holdfast/logging';
import type { WebhookJob } from '@holdfast/queue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bill } from './billing.ts';
import type { PaymentsDatabase } from './database.ts';
import { openSqliteDatabase } from './database-sqlite.ts';
import { createProcessor } from './worker.ts';

let folder: string;
let database: PaymentsDatabase;
let charged: { eventId: string; bill: Bill }[];
let log: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'worker-'));
  database = openSqliteDatabase(folder);
  charged = [];
  log = '';
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const charge = (eventId: string, bill: Bill) => {
  charged.push({ eventId, bill });
  return Promise.resolve({ chargeId: 'ch_1' });
};

const logger = createLogger({ destination: { write: (line: string) => (log += line) } });

function jobOf(payload: object): WebhookJob {
  const data = {
    eventId: 'evt_1',
    eventType: 'payment.requested',
    provider: 'standard',
    payload: JSON.stringify(payload),
    receivedAt: 1_760_000_000_000,
  };
  return {
    ...data,
    id: 'standard.evt_1',
    data,
    attempt: 1,
    maxAttempts: 4,
    signal: new AbortController().signal,
  };
}

const PAYMENT = {
  data: { customer: 'cus_1', amountCents: 700, currency: 'EUR', email: 'a@private.example' },
};

describe('the worker', () => {
  it('charges under the event id and records the effect', async () => {
    await createProcessor({ database, paymentApi: { charge }, logger })(jobOf(PAYMENT));
    expect(charged).toEqual([
      { eventId: 'evt_1', bill: { kind: 'charge', customer: 'cus_1', amountCents: 700, currency: 'EUR' } },
    ]);
    expect(database.countEffects()).toBe(1);
    expect(log).toContain('effect recorded');
  });

  it('records once what it does twice, after a crash between the record and the end of the job', async () => {
    const processor = createProcessor({ database, paymentApi: { charge }, logger });
    await processor(jobOf(PAYMENT));
    await processor(jobOf(PAYMENT));
    expect(database.countEffects()).toBe(1);
    expect(log).toContain('effect was recorded before');
  });

  it('records nothing when the charge fails', async () => {
    const refused = () => Promise.reject(new Error('declined'));
    const processor = createProcessor({ database, paymentApi: { charge: refused }, logger });
    await expect(processor(jobOf(PAYMENT))).rejects.toThrow('declined');
    expect(database.countEffects()).toBe(0);
  });

  it('asks for nothing when no bill can be made, and says that another try is no use', async () => {
    const processor = createProcessor({ database, paymentApi: { charge }, logger });
    await expect(processor(jobOf({ data: {} }))).rejects.toMatchObject({ failureClass: 'permanent' });
    expect(charged).toEqual([]);
  });

  it('logs nothing of the payload', async () => {
    await createProcessor({ database, paymentApi: { charge }, logger })(jobOf(PAYMENT));
    expect(log).not.toContain('private.example');
  });
});
