import { monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { FamilySet } from './families/family-set.ts';

export interface ProcessMetrics {
  /** Reads memory and event loop lag. */
  update(): void;
  close(): void;
}

/** How often the event loop is looked at. */
const RESOLUTION_MS = 20;

export function createProcessMetrics(families: FamilySet, registry: Registry): ProcessMetrics {
  const gauge = (name: string, help: string) => families.gauge({ name, help, pulled: true }).at([]);
  const heapUsed = gauge('process_memory_heap_used_bytes', 'Heap in use.');
  const heapTotal = gauge('process_memory_heap_total_bytes', 'Heap reserved.');
  const rss = gauge('process_memory_rss_bytes', 'Resident set size.');
  const lag = gauge('process_event_loop_lag_ms', 'Longest delay of the event loop since the last scrape.');
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const removeDefaults = addDefaultMetrics(registry);
  return {
    update() {
      const memory = process.memoryUsage();
      heapUsed.value = memory.heapUsed;
      heapTotal.value = memory.heapTotal;
      rss.value = memory.rss;
      lag.value = longestLagMs(delays);
      delays.reset();
    },
    close() {
      delays.disable();
      removeDefaults();
    },
  };
}

/**
 * Node records the time between two looks, of which the resolution is no delay.
 * @param delays `max` in ns, of `count` looks
 */
export function longestLagMs(delays: { readonly max: number; readonly count: number }): number {
  return delays.count === 0 ? 0 : Math.max(0, delays.max / 1e6 - RESOLUTION_MS);
}

let shared: readonly Metric[] | undefined;

/** prom-client's observers cannot be stopped, so the process has one set of them, shown in each registry. */
function addDefaultMetrics(registry: Registry): () => void {
  shared ??= makeDefaultMetrics();
  const added = shared.filter((metric) => registry.getSingleMetric(nameOf(metric)) === undefined);
  for (const metric of added) registry.registerMetric(metric);
  return () => {
    for (const metric of added) registry.removeSingleMetric(nameOf(metric));
  };
}

function makeDefaultMetrics(): readonly Metric[] {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Typed as descriptions, but they are the metrics themselves.
  return registry.getMetricsAsArray() as unknown as Metric[];
}

function nameOf(metric: Metric): string {
  return (metric as Metric & { readonly name: string }).name;
}
