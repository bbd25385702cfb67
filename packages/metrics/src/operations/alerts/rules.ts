import { type OperationsOptions, resolveOperationsOptions } from '../options.ts';
import { promDuration } from '../promql.ts';
import { burnRateAlerts, burnRateRecords } from './burn-rate.ts';
import { componentAlerts } from './component-alerts.ts';
import type { RuleFile } from './rule.ts';

/**
 * Recording and alerting rules for the metrics that `createMetrics()` makes with the same options.
 * @throws MetricsOptionError
 */
export function createAlertRules(options: OperationsOptions = {}): RuleFile {
  const resolved = resolveOperationsOptions(options);
  const { evaluationIntervalMs } = resolved;
  const interval = evaluationIntervalMs === undefined ? {} : { interval: promDuration(evaluationIntervalMs) };
  return {
    groups: [
      {
        name: 'holdfast-objectives',
        ...interval,
        rules: [...burnRateRecords(resolved), ...burnRateAlerts(resolved)],
      },
      { name: 'holdfast-components', ...interval, rules: componentAlerts(resolved) },
    ],
  };
}
