import type { IdempotencyRequest } from '@holdfast/idempotency';
import type { FeatureContext } from './feature.ts';

/** Has no state to collect: every number comes from the facts. */
export function createIdempotencyMetrics({ families, service, subscribe }: FeatureContext): void {
  const requests = families.counter({
    name: 'idempotency_requests_total',
    help: 'Requests and calls with a key by outcome: fresh, replayed, in-flight, conflict, unknown, invalid, unavailable, unprotected.',
    labelNames: ['outcome'],
    service,
  });
  subscribe<IdempotencyRequest>('holdfast:idempotency:request', ({ outcome }) => {
    requests.at([outcome]).value += 1;
  });
}
