import { type OperationsOptions, resolveOperationsOptions } from '../options.ts';
import { cacheDashboard } from './cache.ts';
import { circuitsDashboard } from './circuits.ts';
import { type Dashboard, toDashboard } from './dashboard.ts';
import { findRequestDashboard } from './find-request.ts';
import { idempotencyDashboard } from './idempotency.ts';
import { queuesDashboard } from './queues.ts';
import { serviceDashboard } from './service.ts';
import { storesDashboard } from './stores.ts';

/**
 * Grafana dashboards over the metrics that `createMetrics()` makes with the same options, by file name.
 * @throws MetricsOptionError
 */
export function createDashboards(options: OperationsOptions = {}): Readonly<Record<string, Dashboard>> {
  const resolved = resolveOperationsOptions(options);
  const specs = [
    serviceDashboard(resolved),
    circuitsDashboard(resolved),
    queuesDashboard(resolved),
    idempotencyDashboard(),
    cacheDashboard(),
    storesDashboard(resolved),
    findRequestDashboard(resolved),
  ];
  return Object.fromEntries(specs.map((spec) => [`${spec.name}.json`, toDashboard(spec)]));
}
