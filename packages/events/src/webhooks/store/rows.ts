import type { DeliveryErrorClass, DisabledReason } from '../channels.ts';
import type {
  DeliveryStatus,
  StoredAttempt,
  StoredDelivery,
  StoredEndpoint,
  StoredSecret,
} from './delivery-store.ts';
import type { SqlRow } from './sql-runner.ts';

export function toEndpoint(row: SqlRow): StoredEndpoint {
  return {
    id: String(row['id']),
    url: String(row['url']),
    topics: JSON.parse(String(row['topics'])) as string[],
    secrets: JSON.parse(String(row['secrets'])) as StoredSecret[],
    disabledReason: row['disabled_reason'] as DisabledReason | null,
    disabledAt: optionalNumber(row['disabled_at']),
    failingSince: optionalNumber(row['failing_since']),
    probeAt: optionalNumber(row['probe_at']),
    ratePerSecond: optionalNumber(row['rate_per_second']),
    concurrency: optionalNumber(row['concurrency']),
    createdAt: Number(row['created_at']),
  };
}

export function toDelivery(row: SqlRow): StoredDelivery {
  return {
    id: String(row['id']),
    endpointId: String(row['endpoint_id']),
    eventId: String(row['event_id']),
    eventType: String(row['event_type']),
    body: String(row['body']),
    status: row['status'] as DeliveryStatus,
    round: Number(row['round']),
    attempts: Number(row['attempts']),
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
  };
}

export function toAttempt(row: SqlRow): StoredAttempt {
  return {
    deliveryId: String(row['delivery_id']),
    attempt: Number(row['attempt']),
    at: Number(row['at']),
    durationMs: Number(row['duration_ms']),
    statusCode: optionalNumber(row['status_code']),
    errorClass: row['error_class'] as DeliveryErrorClass | null,
    excerpt: row['excerpt'] as string | null,
  };
}

/** PostgreSQL gives 64-bit numbers as text. */
function optionalNumber(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
