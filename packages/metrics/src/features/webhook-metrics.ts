import { UNIT_OF_MS } from '../families/family-set.ts';
import type { FeatureContext } from './feature.ts';

/** Fact `holdfast:events:webhook-attempt`, as far as it is read here. */
interface WebhookAttempt {
  readonly outcome: string;
  readonly errorClass?: string | undefined;
  readonly durationMs: number;
}

/** Fact `holdfast:events:webhook-endpoint`, as far as it is read here. */
interface WebhookEndpointChange {
  readonly change: string;
  readonly reason: string;
}

/** Outgoing webhooks. No label names an endpoint: there may be many thousands. */
export function createWebhookMetrics(context: FeatureContext): void {
  const { families, service, durationUnit: unit, durationBucketsMs: boundsMs, subscribe } = context;
  const deliveries = families.counter({
    name: 'webhook_deliveries_total',
    help: 'Attempts to deliver a webhook by outcome: delivered, retried, failed, gone, probe-failed.',
    labelNames: ['outcome'],
    service,
  });
  const failures = families.counter({
    name: 'webhook_attempt_failures_total',
    help: 'Attempts that failed by class, such as status, timeout, refused-address.',
    labelNames: ['class'],
    service,
  });
  const durations = families.duration({
    name: 'webhook_attempt_duration',
    help: 'Duration of attempts to deliver a webhook.',
    labelNames: ['outcome'],
    service,
    unit,
    boundsMs,
  });
  const changes = families.counter({
    name: 'webhook_endpoint_changes_total',
    help: 'Endpoints that were disabled or enabled, by reason.',
    labelNames: ['change', 'reason'],
    service,
  });
  const scale = UNIT_OF_MS[unit];
  subscribe<WebhookAttempt>('holdfast:events:webhook-attempt', ({ outcome, errorClass, durationMs }) => {
    deliveries.at([outcome]).value += 1;
    if (errorClass !== undefined) failures.at([errorClass]).value += 1;
    durations.at([outcome]).observe(durationMs * scale);
  });
  subscribe<WebhookEndpointChange>('holdfast:events:webhook-endpoint', ({ change, reason }) => {
    changes.at([change, reason]).value += 1;
  });
}
