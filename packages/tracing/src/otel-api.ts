import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as Api from '@opentelemetry/api';

let api: typeof Api | undefined;

/**
 * `@opentelemetry/api`, loaded when it is first used: its fifty modules are most of what importing this package would
 * take. It is the very instance that an `import` gives, so that a tracer which was fetched before `initTracing()`
 * begins to record with it.
 */
export function otel(): typeof Api {
  return (api ??= createRequire(import.meta.url)(
    fileURLToPath(import.meta.resolve('@opentelemetry/api')),
  ) as typeof Api);
}

/** As `@opentelemetry/api` has it. */
export const SpanKind = {
  INTERNAL: 0 as Api.SpanKind.INTERNAL,
  SERVER: 1 as Api.SpanKind.SERVER,
  CLIENT: 2 as Api.SpanKind.CLIENT,
  PRODUCER: 3 as Api.SpanKind.PRODUCER,
  CONSUMER: 4 as Api.SpanKind.CONSUMER,
  0: 'INTERNAL',
  1: 'SERVER',
  2: 'CLIENT',
  3: 'PRODUCER',
  4: 'CONSUMER',
} as const;
export type SpanKind = Api.SpanKind;

/** As `@opentelemetry/api` has it. */
export const SpanStatusCode = {
  UNSET: 0 as Api.SpanStatusCode.UNSET,
  OK: 1 as Api.SpanStatusCode.OK,
  ERROR: 2 as Api.SpanStatusCode.ERROR,
  0: 'UNSET',
  1: 'OK',
  2: 'ERROR',
} as const;
export type SpanStatusCode = Api.SpanStatusCode;
