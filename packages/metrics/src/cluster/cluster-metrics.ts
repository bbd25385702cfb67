import type { RenderRequest } from '../create-metrics.ts';
import { defaultInstance } from '../default-instance.ts';
import { negotiate } from '../exposition/negotiate.ts';
import type { RenderedMetrics } from '../exposition/rendered.ts';
import { nodeCluster } from './node-cluster.ts';
import { type ClusterMetricsOptions, clusterInstance, resolveClusterOptions } from './options.ts';
import { createPrimary } from './primary.ts';
import { createWorker } from './worker.ts';

/** One `/metrics` for all workers of a `node:cluster`, on the primary or on any of them. */
export interface ClusterMetrics extends AsyncDisposable {
  /**
   * The metrics of all workers as those of one process. A worker that hangs or dies is waited for within `timeoutMs`.
   * Scrapes that overlap share one.
   * @throws ClusterMetricsError in a worker whose primary does not answer
   */
  render(request?: RenderRequest): Promise<RenderedMetrics>;
  /** Takes this process out: a worker answers no further scrape. */
  close(): Promise<void>;
}

/**
 * Call it in the primary before it forks, and in each worker.
 * @throws MetricsOptionError
 */
export function createClusterMetrics(options: ClusterMetricsOptions = {}): ClusterMetrics {
  const resolved = resolveClusterOptions(options);
  const part = nodeCluster().isWorker
    ? createWorker(resolved, () => resolved.metrics ?? clusterInstance(defaultInstance()))
    : createPrimary(resolved);
  const close = async () => part.close();
  return {
    render: ({ accept } = {}) => part.render(negotiate(accept)),
    close,
    [Symbol.asyncDispose]: close,
  };
}
