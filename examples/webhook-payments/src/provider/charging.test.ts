import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChargeAttempt, decide } from './charging.ts';
import { type Ledger, openLedger } from './ledger.ts';

const CHARGE = { kind: 'charge', reference: 'evt_1', customer: 'cus_1', amountCents: 700, currency: 'EUR' };
const ATTEMPT: ChargeAttempt = {
  authorized: true,
  idempotencyKey: 'key-1',
  charge: CHARGE,
  fault: undefined,
};

let folder: string;
let ledger: Ledger;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provider-'));
  ledger = openLedger(join(folder, 'provider.db'));
});

afterEach(() => {
  ledger.close();
  rmSync(folder, { recursive: true });
});

const outcome = (change: Partial<ChargeAttempt>, accepted: string[] = []) =>
  decide({ ...ATTEMPT, ...change }, ledger, new Set(accepted)).outcome;

describe('the payment provider’s stand-in', () => {
  it('makes a charge once and gives it again under the same key', () => {
    expect(decide(ATTEMPT, ledger, new Set())).toMatchObject({ status: 201, body: { id: 'ch_000001' } });
    expect(decide(ATTEMPT, ledger, new Set())).toMatchObject({ status: 200, body: { id: 'ch_000001' } });
  });

  it('makes a second charge under another key, since it knows nothing of events', () => {
    expect(outcome({})).toBe('made');
    expect(outcome({ idempotencyKey: 'key-2' })).toBe('made');
  });

  it('keeps a charge whose answer it does not send', () => {
    expect(outcome({ fault: 'reset' })).toBe('lost');
    expect(outcome({})).toBe('replayed');
  });

  it('makes nothing while it hangs or is unavailable', () => {
    expect(outcome({ fault: 'hang' })).toBe('hung');
    expect(outcome({ fault: 'unavailable' })).toBe('unavailable');
    expect(outcome({})).toBe('made');
  });

  it('declines some cards until they are accepted, under the same key too', () => {
    const charge = { ...CHARGE, customer: 'cus_declined_1' };
    expect(decide({ ...ATTEMPT, charge }, ledger, new Set())).toEqual({
      outcome: 'declined',
      status: 422,
      body: { error: 'card_declined' },
    });
    expect(outcome({ charge }, ['cus_declined_1'])).toBe('made');
  });

  it('refuses a wrong key, a missing idempotency key and an unreadable charge', () => {
    expect(outcome({ authorized: false })).toBe('unauthorized');
    expect(outcome({ idempotencyKey: undefined })).toBe('invalid');
    expect(outcome({ charge: undefined })).toBe('invalid');
  });
});
