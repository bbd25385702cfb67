import { subscriberFailures, subscribeSafely } from '@holdfast/context/channels';
import { Registry } from 'prom-client';
import { type CollectFailure, collectStates } from './exposition/collect.ts';
import { type ExpositionFormat, negotiate } from './exposition/negotiate.ts';
import { renderRegistry } from './exposition/render.ts';
import { type RenderedMetrics, renderedMetrics } from './exposition/rendered.ts';
import { createExemplars, type Exemplars } from './families/exemplars.ts';
import { createFamilySet, type FamilySet } from './families/family-set.ts';
import { createCacheMetrics } from './features/cache-metrics.ts';
import { createClientMetrics } from './features/client-metrics.ts';
import { createEventsMetrics } from './features/events-metrics.ts';
import type { Feature, FeatureContext } from './features/feature.ts';
import { createIdempotencyMetrics } from './features/idempotency-metrics.ts';
import { createQueueMetrics } from './features/queue-metrics.ts';
import { createResilienceMetrics } from './features/resilience-metrics.ts';
import { createWebhookMetrics } from './features/webhook-metrics.ts';
import { buildHttpMetrics, type HttpMetrics, type HttpMetricsOptions } from './http-metrics.ts';
import { setInternals } from './internals.ts';
import { type MetricsOptions, type ResolvedMetricsOptions, resolveMetricsOptions } from './options.ts';
import { createOwnMetrics, type OwnMetrics, type OwnMetricsStore } from './own-metrics.ts';
import { createProcessMetrics } from './process-metrics.ts';

/** What is known of a scrape. */
export interface RenderRequest {
  /** The scraper's `Accept` header. */
  accept?: string | undefined;
}

/** The metrics of one service. */
export interface ServiceMetrics extends AsyncDisposable {
  /** Value of the label `service`. */
  readonly serviceName: string;
  /** Holds every metric of this instance; prom-client's own metrics may be added to it. */
  readonly registry: Registry;
  /** The application's own metrics; those of the first instance are `Metrics`. */
  readonly own: OwnMetrics;
  http(options?: HttpMetricsOptions): HttpMetrics;
  /** The answer to a scrape. Scrapes that overlap share one. Never rejects for a collector that fails or hangs. */
  render(request?: RenderRequest): Promise<RenderedMetrics>;
  /** Ends the subscriptions and takes the metrics out of the registry. */
  close(): Promise<void>;
}

/** Metrics of an instance about its own work. */
interface Bookkeeping {
  onOverflow(metric: string): void;
  onCollectFailure(reason: CollectFailure | 'collector'): void;
  onPush(outcome: string): void;
  update(): void;
}

/** The instance and what is needed to keep track of the first one. */
export function buildMetrics(
  options: MetricsOptions,
  ownStore: OwnMetricsStore = createOwnMetrics(),
  onClose: () => void = () => {},
): ServiceMetrics {
  const resolved = resolveMetricsOptions(options);
  const { service, clock, collectTimeoutMs, maxSeriesPerMetric: maxSeries } = resolved;
  const registry = resolved.registry ?? new Registry();
  const exemplars = createExemplars(clock);
  let bookkeeping: Bookkeeping | undefined;
  const onOverflow = (metric: string) => bookkeeping?.onOverflow(metric);
  const families = createFamilySet({ registry, maxSeries, onOverflow, refresh: () => refresh() });
  const closers: (() => void)[] = [() => families.close()];
  const close = async () => {
    for (const one of closers.splice(0).reverse()) one();
  };

  function openAll(): readonly Feature[] {
    bookkeeping = createBookkeeping(families);
    const features = createFeatures(families, { ...resolved, exemplars }, registry, closers);
    ownStore.attach({ registry, maxSeries, onOverflow });
    closers.push(() => ownStore.detach(), onClose);
    return features;
  }

  const refresh = shareWhileRunning(async () => {
    const states = await collectStates(clock, collectTimeoutMs, (reason) =>
      bookkeeping?.onCollectFailure(reason),
    );
    for (const feature of features)
      applySafely(feature, states, () => bookkeeping?.onCollectFailure('error'));
    bookkeeping?.update();
  });

  async function render(format: ExpositionFormat): Promise<RenderedMetrics> {
    if (format === 'openmetrics') exemplars.want();
    await refresh();
    const onFailure = () => bookkeeping?.onCollectFailure('collector');
    const limits = { clock, timeoutMs: collectTimeoutMs, onFailure };
    return renderedMetrics(format, await renderRegistry(registry, format, limits));
  }
  const renders: Record<ExpositionFormat, () => Promise<RenderedMetrics>> = {
    prometheus: shareWhileRunning(() => render('prometheus')),
    openmetrics: shareWhileRunning(() => render('openmetrics')),
  };

  const features = openOrUndo(openAll, close);
  const instance: ServiceMetrics = {
    serviceName: service,
    registry,
    own: ownStore.metrics,
    http: (httpOptions = {}) =>
      buildHttpMetrics({ ...resolved, families, exemplars, onOverflow }, httpOptions),
    render: ({ accept } = {}) => renders[negotiate(accept)](),
    close,
    [Symbol.asyncDispose]: close,
  };
  setInternals(instance, {
    wantExemplars: () => exemplars.want(),
    onPush: (outcome) => bookkeeping?.onPush(outcome),
    onCollectorFailure: () => bookkeeping?.onCollectFailure('collector'),
    refresh,
  });
  return instance;
}

/** @param closers takes the end of each resource as soon as it is there, so that a later failure leaves nothing open */
function createFeatures(
  families: FamilySet,
  options: ResolvedMetricsOptions & { readonly exemplars: Exemplars },
  registry: Registry,
  closers: (() => void)[],
): readonly Feature[] {
  let closed = false;
  closers.push(() => {
    closed = true;
  });
  const context: FeatureContext = {
    ...options,
    families,
    subscribe: (channel, handler) => {
      if (!closed) closers.push(subscribeSafely(channel, handler));
    },
  };
  const features = [
    createResilienceMetrics(context),
    createQueueMetrics(context),
    createCacheMetrics(context),
    createEventsMetrics(context),
  ];
  createClientMetrics(context);
  createIdempotencyMetrics(context);
  createWebhookMetrics(context);
  if (options.processMetrics) {
    const ofProcess = createProcessMetrics(families, registry);
    closers.push(() => ofProcess.close());
    features.push({ apply: () => ofProcess.update() });
  }
  return features;
}

function createBookkeeping(families: FamilySet): Bookkeeping {
  const overflow = families.counter({
    name: 'metrics_label_overflow_total',
    help: 'Recordings counted under other because the metric has as many label sets as it may.',
    labelNames: ['metric'],
  });
  const failures = families.counter({
    name: 'metrics_collect_failures_total',
    help: 'What was missing from a scrape: error, timeout, or a failed collector of a foreign metric.',
    labelNames: ['reason'],
  });
  const pushes = families.counter({
    name: 'metrics_pushes_total',
    help: 'Requests to the OTLP endpoint of initMetrics() by outcome: success, failure, timeout.',
    labelNames: ['outcome'],
  });
  const subscribers = families
    .counter({
      name: 'metrics_subscriber_failures_total',
      help: 'Errors of telemetry subscribers, which go no further.',
      pulled: true,
    })
    .at([]);
  return {
    onOverflow(metric) {
      overflow.at([metric]).value += 1;
    },
    onCollectFailure(reason) {
      failures.at([reason]).value += 1;
    },
    onPush(outcome) {
      pushes.at([outcome]).value += 1;
    },
    update() {
      subscribers.value = subscriberFailures();
    },
  };
}

function applySafely(feature: Feature, states: Parameters<Feature['apply']>[0], onFailure: () => void): void {
  try {
    feature.apply(states);
  } catch {
    onFailure();
  }
}

/** A name that is taken must not leave half of the metrics behind. */
function openOrUndo<T>(open: () => T, undo: () => Promise<void>): T {
  try {
    return open();
  } catch (error) {
    void undo();
    throw error;
  }
}

/** Calls that come while one is running get that one's promise. */
function shareWhileRunning<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}
