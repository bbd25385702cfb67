import type { ServiceMetrics } from '../create-metrics.ts';
import { defaultInstance, setDefaultService } from '../default-instance.ts';
import { MetricsAlreadyStartedError } from '../errors.ts';
import { internalsOf } from '../internals.ts';
import { createPushExporter, loadPushPeers, type PushOutcome } from './exporter.ts';
import { createProducer } from './metric-producer.ts';
import { type MetricsPushOptions, type ResolvedPushOptions, resolvePushOptions } from './push-options.ts';
import { resourceAttributes } from './resource-attributes.ts';

/** How the pushes went since the start. */
export interface MetricsPushStats {
  /** Requests that were answered with success. */
  readonly succeeded: number;
  /** Requests that were refused, or found nobody. */
  readonly failed: number;
  /** Requests that were given up. */
  readonly timedOut: number;
  /** Why the last one that failed did. */
  readonly lastError: string | undefined;
}

/** What `initMetrics()` started. */
export interface MetricsPush extends AsyncDisposable {
  /** Pushes now. Settles when that is done, or after the timeout of a request; never rejects. */
  flush(): Promise<void>;
  /** Pushes a last time and ends. */
  shutdown(): Promise<void>;
  /** The same as `shutdown()`. */
  close(): Promise<void>;
  /** Requests to the collector since the start. */
  getStats(): MetricsPushStats;
}

let running = false;

/**
 * Pushes the metrics of the service to an OTLP collector, now and then, until `shutdown()`. Call it once. An endpoint
 * that is down, slow or hangs costs the service nothing but what `metrics_pushes_total` counts; what one push could not
 * bring, the next one does, since all values are totals.
 * @throws MetricsOptionError for an option or variable that cannot be used
 * @throws MetricsMissingPeerError when `@opentelemetry/sdk-metrics` or `@opentelemetry/otlp-exporter-base` is missing
 * @throws MetricsAlreadyStartedError when it runs already
 */
export function initMetrics(options: MetricsPushOptions = {}): MetricsPush {
  if (running) throw new MetricsAlreadyStartedError();
  const resolved = resolvePushOptions(options, process.env);
  const totals = { succeeded: 0, failed: 0, timedOut: 0, lastError: undefined as string | undefined };
  const push = resolved.disabled ? undefined : startPush(options, resolved, totals);
  running = true;
  setDefaultService(options.serviceName);

  const flush = async () => push?.flush();
  const onExit = () => void flush();
  process.once('beforeExit', onExit);
  let closed: Promise<void> | undefined;
  const shutdown = () => {
    closed ??= (async () => {
      process.off('beforeExit', onExit);
      await push?.shutdown();
      setDefaultService(undefined);
      running = false;
    })();
    return closed;
  };
  return {
    flush,
    shutdown,
    close: shutdown,
    [Symbol.asyncDispose]: shutdown,
    getStats: () => ({ ...totals }),
  };
}

type Totals = { -readonly [K in keyof MetricsPushStats]: MetricsPushStats[K] };

const COUNTED: Readonly<Record<PushOutcome, 'succeeded' | 'failed' | 'timedOut'>> = {
  success: 'succeeded',
  failure: 'failed',
  timeout: 'timedOut',
};

function startPush(
  options: MetricsPushOptions,
  resolved: ResolvedPushOptions,
  totals: Totals,
): Pick<MetricsPush, 'flush' | 'shutdown'> {
  const { serviceName, serviceVersion, environment, resourceAttributes: attributes = {} } = options;
  const { sdk, http } = loadPushPeers();
  const instance = (): ServiceMetrics => options.metrics ?? defaultInstance();
  const exporter = createPushExporter(resolved, http, (outcome, error) => {
    totals[COUNTED[outcome]] += 1;
    if (error !== undefined) totals.lastError = describe(error);
    internalsOf(instance())?.onPush(outcome);
  });
  const producer = createProducer({
    registries: () => {
      exporter.beginPush();
      const metrics = instance();
      internalsOf(metrics)?.wantExemplars();
      return [metrics.registry];
    },
    resourceAttributes: resourceAttributes(
      { serviceName, serviceVersion, environment, attributes },
      process.env,
    ),
    clock: resolved.clock,
  });
  const reader = new sdk.PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: resolved.exportIntervalMs,
    exportTimeoutMillis: resolved.exportTimeoutMs,
    maxExportBatchSize: resolved.maxPointsPerRequest,
  });
  reader.setMetricProducer(producer);
  return {
    // What the reader reports is counted by the exporter.
    flush: () => reader.forceFlush().catch(() => {}),
    shutdown: () => reader.shutdown().catch(() => {}),
  };
}

/** Neither the URL nor the answer's text: they may hold what is secret. */
function describe(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === 'number') return `status ${code}`;
  return typeof code === 'string' ? code : String(message);
}
