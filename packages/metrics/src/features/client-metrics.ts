import { UNIT_OF_MS } from '../families/family-set.ts';
import type { FeatureContext } from './feature.ts';

/** Fact `holdfast:tracing:query`, as far as it is read here. */
interface QueryFact {
  readonly system: string;
  readonly operation: string;
  readonly durationMs: number;
  readonly failed: boolean;
}

/** Fact `holdfast:tracing:http-client`, as far as it is read here. */
interface HttpClientFact {
  readonly host: string;
  readonly method: string;
  readonly statusCode?: number | undefined;
  readonly durationMs: number;
}

/** Fact `holdfast:tracing:redis`, as far as it is read here. */
interface RedisFact {
  readonly command: string;
  readonly durationMs: number;
}

/** Databases and other services, as the tracing package sees them. */
export function createClientMetrics(context: FeatureContext): void {
  const { families, service, durationUnit: unit, durationBucketsMs: boundsMs, subscribe } = context;
  const queries = families.duration({
    name: 'db_query_duration',
    help: 'Duration of database statements.',
    labelNames: ['system', 'operation', 'outcome'],
    service,
    unit,
    boundsMs,
  });
  const requests = families.duration({
    name: 'http_client_request_duration',
    help: 'Duration of requests to other services; status_code is error where there was no answer.',
    labelNames: ['host', 'method', 'status_code'],
    service,
    unit,
    boundsMs,
  });
  const commands = families.duration({
    name: 'redis_command_duration',
    help: 'Duration of Redis commands.',
    labelNames: ['command'],
    service,
    unit,
    boundsMs,
  });
  const scale = UNIT_OF_MS[unit];
  subscribe<QueryFact>('holdfast:tracing:query', ({ system, operation, durationMs, failed }) => {
    queries.at([system, operation, failed ? 'failure' : 'success']).observe(durationMs * scale);
  });
  subscribe<RedisFact>('holdfast:tracing:redis', ({ command, durationMs }) => {
    commands.at([command]).observe(durationMs * scale);
  });
  subscribe<HttpClientFact>('holdfast:tracing:http-client', ({ host, method, statusCode, durationMs }) => {
    requests.at([host, method, String(statusCode ?? 'error')]).observe(durationMs * scale);
  });
}
