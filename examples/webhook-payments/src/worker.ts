import { getCurrentTrace } from '@holdfast/context';
import type { Logger } from '@holdfast/logging';
import type { WebhookJob } from '@holdfast/queue';
import { billFor } from './billing.ts';
import type { PaymentsDatabase } from './database.ts';
import type { PaymentApi } from './payment-api.ts';

export interface WorkerParts {
  database: PaymentsDatabase;
  paymentApi: Pick<PaymentApi, 'charge'>;
  logger: Logger;
}

/**
 * One attempt at one event: charge, then record. A crash between the two runs the job again: the provider knows the
 * event id as the key of its charge and gives the same charge again, and the record is written once.
 */
export function createProcessor({
  database,
  paymentApi,
  logger,
}: WorkerParts): (job: WebhookJob) => Promise<void> {
  return async (job) => {
    const startedAt = Date.now();
    const { eventId, provider, eventType, receivedAt } = job.data;
    const bill = billFor(job.data);
    const { chargeId } = await paymentApi.charge(eventId, bill);
    const isFirst = await database.recordEffect({
      eventId,
      provider,
      eventType,
      kind: bill.kind,
      amountCents: bill.amountCents,
      currency: bill.currency,
      chargeId,
      attempt: job.attempt,
      receivedAt,
      startedAt,
      traceId: getCurrentTrace()?.traceId,
    });
    logger.info(isFirst ? 'effect recorded' : 'effect was recorded before', { eventId, eventType, chargeId });
  };
}
