import { createRequire } from 'node:module';
import type * as OtlpNodeHttp from '@opentelemetry/otlp-exporter-base/node-http';
import type * as SdkMetrics from '@opentelemetry/sdk-metrics';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { MetricsMissingPeerError } from '../errors.ts';
import { encodeMetrics } from './encode-metrics.ts';
import type { ResolvedPushOptions } from './push-options.ts';

/** How one request ended. */
export type PushOutcome = 'success' | 'failure' | 'timeout';

type ExportResult = Parameters<Parameters<PushMetricExporter['export']>[1]>[0];

const SUCCESS = 0;
const FAILED = 1;
/** A request that hangs leaves no room for a second one, so that neither memory nor sockets can pile up. */
const REQUESTS_AT_ONCE = 1;

/** One push is one request or several; after one of them failed, the others of that push are not tried. */
export interface PushExporter extends PushMetricExporter {
  beginPush(): void;
}

export interface PushPeers {
  readonly sdk: typeof SdkMetrics;
  readonly http: typeof OtlpNodeHttp;
}

/** @throws MetricsMissingPeerError */
export function loadPushPeers(): PushPeers {
  const require = createRequire(import.meta.url);
  const load = <T>(peer: string, entry: string): T => {
    try {
      return require(entry) as T;
    } catch (cause) {
      throw new MetricsMissingPeerError(peer, { cause });
    }
  };
  return {
    sdk: load('@opentelemetry/sdk-metrics', '@opentelemetry/sdk-metrics'),
    http: load('@opentelemetry/otlp-exporter-base', '@opentelemetry/otlp-exporter-base/node-http'),
  };
}

/**
 * Sends through OpenTelemetry's own transport: its retries, compression, certificates and headers from the environment.
 * Only the encoding is ours, for the exemplars. Whatever the endpoint does, each request ends and is counted once.
 */
export function createPushExporter(
  { url, headers, compression, exportTimeoutMs, clock }: ResolvedPushOptions,
  http: PushPeers['http'],
  onOutcome: (outcome: PushOutcome, error?: unknown) => void,
): PushExporter {
  const configuration = http.convertLegacyHttpOptions(
    {
      url: url.href,
      headers: { ...headers },
      timeoutMillis: exportTimeoutMs,
      concurrencyLimit: REQUESTS_AT_ONCE,
      // The value of the library's enumeration.
      ...(compression === undefined ? {} : { compression: compression as never }),
    },
    'METRICS',
    'v1/metrics',
    { 'Content-Type': 'application/x-protobuf' },
  );
  const delegate = http.createOtlpHttpExportDelegate<ResourceMetrics, undefined>(
    configuration,
    { serializeRequest: encodeMetrics, deserializeResponse: () => undefined },
    'holdfast_metric_exporter',
    { name: 'metric_data_point', countItems: () => 0 },
    undefined,
  );

  let givenUp = false;

  function send(metrics: ResourceMetrics, done: (result: ExportResult) => void): void {
    if (givenUp) {
      done({ code: FAILED, error: new Error('a request of this push has failed') });
      return;
    }
    let settled = false;
    const settle = (outcome: PushOutcome, error?: Error) => {
      if (settled) return;
      settled = true;
      timer.cancel();
      givenUp = outcome !== 'success';
      onOutcome(outcome, error);
      done(error === undefined ? { code: SUCCESS } : { code: FAILED, error });
    };
    const timer = clock.setTimer(() => settle('timeout', new Error('no answer in time')), exportTimeoutMs);
    try {
      delegate.export(metrics, ({ code, error }) => {
        if (code === (SUCCESS as typeof code)) settle('success');
        else settle('failure', error ?? new Error('the endpoint refused the metrics'));
      });
    } catch (error) {
      settle('failure', error instanceof Error ? error : new Error(String(error)));
    }
  }

  return {
    beginPush() {
      givenUp = false;
    },
    export: send,
    forceFlush: async () => {},
    shutdown: async () => {},
  };
}
