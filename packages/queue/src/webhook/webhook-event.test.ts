import { describe, expect, it } from 'vitest';
import { checkedEvent, priorityOf, type WebhookEvent } from './webhook-event.ts';

const EVENT: WebhookEvent = {
  eventId: 'evt_1',
  eventType: 'payment.paid',
  payload: '',
  provider: 'stripe',
  receivedAt: 1_700_000_000_000,
};

describe('priorityOf', () => {
  it.each([
    ['payment.succeeded', 1],
    ['transaction.completed', 1],
    ['subscription.created', 2],
    ['subscription', 5],
    ['payments.weekly', 5],
    ['customer.subscription.created', 5],
    ['push', 5],
  ])('of %s is %i', (eventType, priority) => {
    expect(priorityOf(eventType)).toBe(priority);
  });
});

describe('checkedEvent', () => {
  it('keeps the five fields and drops the rest', () => {
    expect(checkedEvent({ ...EVENT, secret: 'x' } as WebhookEvent)).toEqual(EVENT);
  });

  it.each([
    ['eventId', ''],
    ['eventId', 7],
    ['eventType', undefined],
    ['provider', null],
    ['payload', Buffer.from('x')],
    ['receivedAt', '2026-01-01'],
    ['receivedAt', Number.NaN],
  ])('refuses %s that is %s', (field, value) => {
    const broken = { ...EVENT, [field]: value } as WebhookEvent;
    expect(() => checkedEvent(broken)).toThrow(
      expect.objectContaining({ code: 'ERR_QUEUE_INVALID_EVENT', field }),
    );
  });
});
