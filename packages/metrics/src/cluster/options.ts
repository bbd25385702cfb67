import { type Clock, systemClock } from '@holdfast/context/clock';
import type { Registry } from 'prom-client';
import type { ServiceMetrics } from '../create-metrics.ts';
import { type Internals, internalsOf } from '../internals.ts';
import { checkInteger } from '../options.ts';

export interface ClusterMetricsOptions {
  /** In a worker: whose metrics it contributes, default the first instance. In the primary: its own, default none. */
  metrics?: ServiceMetrics | undefined;
  /** How long a scrape waits for the workers, in ms, 1 to 60,000. Default 2000. */
  timeoutMs?: number | undefined;
  /** Samples of workers that are gone which the primary remembers, 0 to 10,000,000. Default 100,000. */
  maxRetiredSamples?: number | undefined;
  /** Time and timers. Default the system's. */
  clock?: Clock | undefined;
}

/** What is needed of an instance. */
export interface ClusterInstance {
  readonly registry: Registry;
  /** Undefined for one of another copy of this package. */
  readonly its: Internals | undefined;
}

export interface ResolvedClusterOptions {
  readonly metrics: ClusterInstance | undefined;
  readonly timeoutMs: number;
  readonly maxRetiredSamples: number;
  readonly clock: Clock;
}

/** Every default of `createClusterMetrics`. */
export const CLUSTER_METRICS_DEFAULTS: { readonly timeoutMs: number; readonly maxRetiredSamples: number } =
  Object.freeze({ timeoutMs: 2000, maxRetiredSamples: 100_000 });

/** @throws MetricsOptionError naming the option, its value and its range */
export function resolveClusterOptions(options: ClusterMetricsOptions): ResolvedClusterOptions {
  const timeoutMs = options.timeoutMs ?? CLUSTER_METRICS_DEFAULTS.timeoutMs;
  const maxRetiredSamples = options.maxRetiredSamples ?? CLUSTER_METRICS_DEFAULTS.maxRetiredSamples;
  checkInteger('createClusterMetrics', 'timeoutMs', timeoutMs, 1, 60_000);
  checkInteger('createClusterMetrics', 'maxRetiredSamples', maxRetiredSamples, 0, 10_000_000);
  return {
    metrics: options.metrics === undefined ? undefined : clusterInstance(options.metrics),
    timeoutMs,
    maxRetiredSamples,
    clock: options.clock ?? systemClock,
  };
}

export function clusterInstance(metrics: ServiceMetrics): ClusterInstance {
  return { registry: metrics.registry, its: internalsOf(metrics) };
}
