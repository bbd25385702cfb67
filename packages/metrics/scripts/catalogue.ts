/** Every metric that the packages register, read from a registry that has them. */

import { buildMetrics } from '../src/create-metrics.ts';
import type { RuleFile } from '../src/operations/index.ts';
import type { MetricsOptions } from '../src/options.ts';

/** The labels of each series name: a histogram has three. */
export type Catalogue = ReadonlyMap<string, ReadonlySet<string>>;

/** What Prometheus puts on every series of a target. */
const TARGET_LABELS = ['job', 'instance'];

interface Registered {
  readonly name: string;
  readonly type: string;
  readonly labelNames?: readonly string[];
}

export async function readCatalogue(options: MetricsOptions): Promise<Catalogue> {
  const metrics = buildMetrics({ ...options, serviceName: 'catalogue' });
  metrics.http();
  const registered = metrics.registry.getMetricsAsArray() as unknown as readonly Registered[];
  const catalogue = new Map(registered.flatMap(seriesOf));
  await metrics.close();
  return catalogue;
}

function seriesOf({ name, type, labelNames = [] }: Registered): [string, Set<string>][] {
  const labels = [...TARGET_LABELS, ...labelNames];
  if (type !== 'histogram') return [[name, new Set(labels)]];
  return [
    [`${name}_bucket`, new Set([...labels, 'le'])],
    [`${name}_sum`, new Set(labels)],
    [`${name}_count`, new Set(labels)],
  ];
}

/** The catalogue with what recording rules make of it. */
export function withRecords(catalogue: Catalogue, { groups }: RuleFile): Catalogue {
  const records = groups.flatMap(({ rules }) =>
    rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])),
  );
  return new Map([...catalogue, ...records.map((record) => [record, new Set(['service'])] as const)]);
}
