import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildMetrics } from '../src/create-metrics.ts';
import { CLUSTER_METRICS_DEFAULTS, METRICS_DEFAULTS, METRICS_PUSH_DEFAULTS } from '../src/index.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
/** Without the padding of its tables. */
const readme = read('README.md').replace(/ {2,}/g, ' ');

it('names every error code in its README, and no other', () => {
  const codes = (text: string) => [...new Set(text.match(/ERR_[A-Z_]+/g))].sort();
  expect(codes(readme)).toEqual(codes(read('src/errors.ts')));
});

it('gives the defaults of the code in its README', () => {
  const row = (name: string) => readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
  expect(row('serviceName')).toContain(`else \`${METRICS_DEFAULTS.serviceName}\``);
  expect(row('stateEncoding')).toContain(`| \`'${METRICS_DEFAULTS.stateEncoding}'\` |`);
  expect(row('durationUnit')).toContain(`| \`'${METRICS_DEFAULTS.durationUnit}'\` |`);
  expect(row('durationBucketsMs')).toContain(`| ${METRICS_DEFAULTS.durationBucketsMs.join(', ')} |`);
  expect(row('maxSeriesPerMetric')).toContain(`| \`${METRICS_DEFAULTS.maxSeriesPerMetric}\` |`);
  expect(row('collectTimeoutMs')).toContain(`| \`${METRICS_DEFAULTS.collectTimeoutMs}\` |`);
  expect(row('processMetrics')).toContain(`| \`${METRICS_DEFAULTS.processMetrics}\` |`);
  expect(readme).toContain(`\`maxRoutes\` (1 to 10,000, default \`${METRICS_DEFAULTS.maxRoutes}\`)`);
});

it('gives the defaults of push and cluster in its README', () => {
  const row = (name: string) => readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
  expect(row('exporterEndpoint')).toContain(`else \`${METRICS_PUSH_DEFAULTS.exporterEndpoint}\``);
  expect(row('exportIntervalMs')).toContain(`else \`${METRICS_PUSH_DEFAULTS.exportIntervalMs}\``);
  expect(row('exportTimeoutMs')).toContain(`else \`${METRICS_PUSH_DEFAULTS.exportTimeoutMs}\``);
  expect(row('maxPointsPerRequest')).toContain(`\`${METRICS_PUSH_DEFAULTS.maxPointsPerRequest}\``);
  expect(readme).toContain(`\`timeoutMs\` (1 to 60,000, default \`${CLUSTER_METRICS_DEFAULTS.timeoutMs}\`)`);
  expect(readme).toContain(`(0 to 10,000,000, default \`${CLUSTER_METRICS_DEFAULTS.maxRetiredSamples}\``);
});

it('lists every metric of ours in its README', async () => {
  const metrics = buildMetrics({ serviceName: 'payments' });
  metrics.http();
  const foreign = /^(nodejs_|process_(?!memory_|event_loop_lag_ms))/;
  const names = metrics.registry.getMetricsAsArray().map(({ name }) => name);
  await metrics.close();
  const missing = names.filter((name) => !foreign.test(name) && !readme.includes(`\`${name}\``));
  expect(missing).toEqual([]);
});
