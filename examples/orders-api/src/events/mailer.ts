import type { Subscription } from '@holdfast/events';
import type { Logger } from '@holdfast/logging';
import { UndeliverableError } from '../errors.ts';
import type { Mail, Storage } from '../storage/storage.ts';
import type { OrderBus, OrderPlaced } from './order-events.ts';

/** The group of subscribers that writes mails. */
export const MAILER = 'mailer';

/**
 * Writes a mail for each order that was placed. An event can be delivered more than once; its mail is recorded with the
 * id of the event in one transaction, and so there is one. Whatever sends the mails takes them from the table.
 */
export function startMailer(bus: OrderBus, { mails }: Storage, logger: Logger): Promise<Subscription> {
  return bus.subscribe(
    MAILER,
    'order.placed',
    async ({ id, payload }) => {
      const isFirst = await mails.record(id, mailFor(payload));
      logger.info(isFirst ? 'mail recorded' : 'mail was recorded before', { orderId: payload.orderId });
    },
    { from: 'start' },
  );
}

/** @throws UndeliverableError for an address that can be nobody's (RFC 2606) */
function mailFor({ orderId, email, currency, totalMinor }: OrderPlaced): Mail {
  if (email.endsWith('.invalid')) throw new UndeliverableError();
  return { orderId, recipient: email, subject: `Your order of ${amountText(totalMinor, currency)}` };
}

/** How many digits a currency has behind the point is known to `Intl`: two for EUR, none for JPY. */
function amountText(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'code' });
  const { maximumFractionDigits: digits = 2 } = format.resolvedOptions();
  return format.format(minor / 10 ** digits).replace('\u00a0', ' ');
}
