import { describe, expect, it } from 'vitest';
import { billFor } from './billing.ts';

const event = (provider: string, eventType: string, payload: object) =>
  billFor({ provider, eventType, payload: JSON.stringify(payload) });

describe('billFor', () => {
  it('reads a Stripe payment', () => {
    const object = { customer: 'cus_1', amount: 1250, currency: 'eur' };
    expect(event('stripe', 'payment_intent.created', { data: { object } })).toEqual({
      kind: 'charge',
      customer: 'cus_1',
      amountCents: 1250,
      currency: 'EUR',
    });
  });

  it('reads a Paddle subscription, whose amount is text', () => {
    const data = { customer_id: 'ctm_1', currency_code: 'USD', details: { totals: { total: '1999' } } };
    expect(event('paddle', 'subscription.created', { data })).toEqual({
      kind: 'subscription',
      customer: 'ctm_1',
      amountCents: 1999,
      currency: 'USD',
    });
  });

  it('reads a Standard Webhooks payment', () => {
    const data = { customer: 'cus_2', amountCents: 5, currency: 'CHF' };
    expect(event('standard', 'payment.requested', { data })).toMatchObject({
      kind: 'charge',
      amountCents: 5,
    });
  });

  it('makes metered use of every GitHub event', () => {
    expect(event('github', 'push', { sender: { id: 42 } })).toEqual({
      kind: 'usage',
      customer: 'github_42',
      amountCents: 1,
      currency: 'USD',
    });
    expect(event('github', 'security_advisory', {})).toMatchObject({ customer: 'github_unknown' });
  });

  it.each([
    ['amount', { customer: 'cus_1', amountCents: null, currency: 'EUR' }],
    ['amount', { customer: 'cus_1', amountCents: -1, currency: 'EUR' }],
    ['amount', { customer: 'cus_1', amountCents: 1.5, currency: 'EUR' }],
    ['customer', { amountCents: 1, currency: 'EUR' }],
    ['currency', { customer: 'cus_1', amountCents: 1, currency: 'Euro' }],
  ])('says that the %s cannot be used', (missing, data) => {
    expect(() => event('standard', 'payment.requested', { data })).toThrow(
      `The payment.requested event has no usable ${missing}.`,
    );
  });
});
