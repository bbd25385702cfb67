import { createHealth, gracefulShutdown } from '@holdfast/lifecycle';
import type { TracingOptions } from '@holdfast/tracing';
import { ExpressMissingPeerError } from './errors.ts';
import type { ServiceOptions, ServiceParts } from './service-options.ts';

/** A step of the end of the service. */
export interface ClosingStep {
  readonly name: string;
  readonly phase: 'readiness' | 'accept' | 'drain' | 'flush' | 'close';
  readonly run: (context: { readonly signal: AbortSignal }) => unknown;
}

/** The parts, and how those that were made here are ended again. */
export interface OpenedParts extends ServiceParts {
  readonly closing: ClosingStep[];
}

/** Makes the parts that the options ask for; a package that is not asked for is not loaded. */
export async function openParts(options: ServiceOptions): Promise<OpenedParts> {
  const closing: ClosingStep[] = [];
  const lifecycle = options.lifecycle ?? gracefulShutdown;
  try {
    const logger = await openLogger(options, closing);
    const tracing = await openTracing(options, closing);
    const metrics = await openMetrics(options, closing);
    const health = openHealth(options, lifecycle);
    return { logger, tracing, metrics, health, lifecycle, closing };
  } catch (error) {
    await closeParts(closing);
    throw error;
  }
}

/** For a service that did not come about. */
export async function closeParts(closing: readonly ClosingStep[]): Promise<void> {
  const { signal } = new AbortController();
  for (const step of closing) await step.run({ signal });
}

async function openLogger(
  { logger, name }: ServiceOptions,
  closing: ClosingStep[],
): Promise<ServiceParts['logger']> {
  if (logger === false) return undefined;
  if (typeof logger === 'object' && 'info' in logger) return logger;
  const { createLogger } = await load('logger', '@holdfast/logging', () => import('@holdfast/logging'));
  const made = createLogger({ serviceName: name, ...(typeof logger === 'object' ? logger : {}) });
  closing.push({ name: 'flush the log', phase: 'close', run: () => made.close() });
  return made;
}

async function openTracing(
  options: ServiceOptions,
  closing: ClosingStep[],
): Promise<ServiceParts['tracing']> {
  const { tracing, name, version, environment = process.env['NODE_ENV'] } = options;
  if (tracing === false) return undefined;
  if (typeof tracing === 'object' && 'shutdown' in tracing) return tracing;
  const { initTracing } = await load('tracing', '@holdfast/tracing', () => import('@holdfast/tracing'));
  const given: TracingOptions = typeof tracing === 'object' ? tracing : {};
  const exporter = given.exporter ?? defaultExporter(given);
  try {
    const made = initTracing({ serviceName: name, serviceVersion: version, environment, ...given, exporter });
    closing.push({ name: 'export the last spans', phase: 'flush', run: () => made.shutdown() });
    return made;
  } catch (error) {
    // The application has called initTracing() itself, before this, and keeps it.
    const isRunning =
      error instanceof Error && 'code' in error && error.code === 'ERR_TRACING_ALREADY_STARTED';
    if (isRunning && typeof tracing !== 'object') return undefined;
    throw error;
  }
}

const ENDPOINT_VARIABLES = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_TRACES_EXPORTER',
];

/** Without any word about where spans go, there is no collector to try for ever. */
function defaultExporter({ exporterEndpoint, spanProcessors }: TracingOptions): 'none' | undefined {
  const isConfigured =
    exporterEndpoint !== undefined ||
    spanProcessors !== undefined ||
    ENDPOINT_VARIABLES.some((name) => process.env[name]);
  return isConfigured ? undefined : 'none';
}

async function openMetrics(
  { metrics, name }: ServiceOptions,
  closing: ClosingStep[],
): Promise<ServiceParts['metrics']> {
  if (metrics === false) return undefined;
  if (typeof metrics === 'object' && 'render' in metrics) return metrics;
  const { createMetrics } = await load('metrics', '@holdfast/metrics', () => import('@holdfast/metrics'));
  const made = createMetrics({ serviceName: name, ...(typeof metrics === 'object' ? metrics : {}) });
  closing.push({ name: 'end the metrics', phase: 'close', run: () => made.close() });
  return made;
}

function openHealth(
  { health }: ServiceOptions,
  lifecycle: ServiceParts['lifecycle'],
): ServiceParts['health'] {
  if (health === false) return undefined;
  if (typeof health === 'object' && 'live' in health) return health;
  return createHealth({ lifecycle, ...(typeof health === 'object' ? health : {}) });
}

async function load<T>(option: string, peer: string, importPeer: () => Promise<T>): Promise<T> {
  try {
    return await importPeer();
  } catch (cause) {
    throw new ExpressMissingPeerError(peer, option, { cause });
  }
}
