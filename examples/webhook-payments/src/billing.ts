import type { WebhookEvent } from '@holdfast/queue';
import { UnbillableEventError } from './errors.ts';

/** What an event makes us ask of the payment provider. */
export interface Bill {
  kind: 'charge' | 'subscription' | 'usage';
  customer: string;
  amountCents: number;
  currency: string;
}

/** One GitHub event is one unit of metered use, in cents. */
const USAGE_PRICE_CENTS = 1;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the bill out of an event. Everything that is not a payment or a subscription is metered use.
 * @throws UnbillableEventError when a field is missing or wrong
 */
export function billFor(event: Pick<WebhookEvent, 'provider' | 'eventType' | 'payload'>): Bill {
  const payload = fieldsOf(JSON.parse(event.payload));
  switch (event.provider) {
    case 'stripe':
      return stripeBill(event.eventType, payload);
    case 'paddle':
      return paddleBill(event.eventType, payload);
    case 'standard':
      return standardBill(event.eventType, payload);
    default:
      return usageBill(payload);
  }
}

/** @see https://docs.stripe.com/api/events/object */
function stripeBill(eventType: string, payload: Fields): Bill {
  const object = fieldsOf(fieldsOf(payload['data'])['object']);
  return bill(eventType, object['customer'], object['amount'], object['currency']);
}

/** Paddle writes amounts as text. @see https://developer.paddle.com/webhooks/overview */
function paddleBill(eventType: string, payload: Fields): Bill {
  const data = fieldsOf(payload['data']);
  const total = fieldsOf(fieldsOf(data['details'])['totals'])['total'];
  const amount = typeof total === 'string' && /^\d{1,15}$/.test(total) ? Number(total) : undefined;
  return bill(eventType, data['customer_id'], amount, data['currency_code']);
}

function standardBill(eventType: string, payload: Fields): Bill {
  const data = fieldsOf(payload['data']);
  return bill(eventType, data['customer'], data['amountCents'], data['currency']);
}

function usageBill(payload: Fields): Bill {
  const sender = fieldsOf(payload['sender'])['id'];
  const customer = typeof sender === 'number' ? `github_${sender}` : 'github_unknown';
  return { kind: 'usage', customer, amountCents: USAGE_PRICE_CENTS, currency: 'USD' };
}

function bill(eventType: string, customer: unknown, amountCents: unknown, currency: unknown): Bill {
  if (typeof customer !== 'string' || customer === '') throw new UnbillableEventError(eventType, 'customer');
  if (typeof amountCents !== 'number' || !Number.isSafeInteger(amountCents) || amountCents <= 0) {
    throw new UnbillableEventError(eventType, 'amount');
  }
  if (typeof currency !== 'string' || !/^[a-z]{3}$/i.test(currency)) {
    throw new UnbillableEventError(eventType, 'currency');
  }
  const kind = eventType.includes('subscription') ? 'subscription' : 'charge';
  return { kind, customer, amountCents, currency: currency.toUpperCase() };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
