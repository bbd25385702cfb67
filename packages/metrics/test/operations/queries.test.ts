import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parser as logqlParser } from '@grafana/lezer-logql';
import { describe, expect, it } from 'vitest';
import { type Catalogue, readCatalogue } from '../../scripts/catalogue.ts';
import { promqlProblems } from '../../scripts/check-promql.ts';
import { operationsProblems } from '../../scripts/operations-problems.ts';
import { createDashboards, type OperationsOptions } from '../../src/operations/index.ts';

const OPTIONS: readonly OperationsOptions[] = [
  {},
  { stateEncoding: 'ordinal' },
  { durationUnit: 's' },
  { durationUnit: 's', stateEncoding: 'ordinal', durationBucketsMs: [100, 250], latencyMs: 250 },
];

describe('the check of a query', () => {
  const catalogue: Catalogue = new Map([
    ['jobs_total', new Set(['service', 'outcome', 'instance'])],
    ['wait_ms_bucket', new Set(['service', 'le'])],
  ]);
  const problems = (query: string) => promqlProblems(query, catalogue);

  it('has nothing against metrics and labels that are there', () => {
    expect(
      problems('sum by (service) (rate(jobs_total{outcome=~"dead|parked"}[$__rate_interval])) > 0'),
    ).toEqual([]);
    expect(problems('histogram_quantile(0.95, sum by (service, le) (rate(wait_ms_bucket[5m])))')).toEqual([]);
  });

  it('names a metric that no package registers', () => {
    expect(problems('rate(job_total[5m])')).toEqual(['there is no metric job_total']);
  });

  it('names a label that the metric does not have', () => {
    expect(problems('jobs_total{queue="a"}')).toEqual([
      'jobs_total has no label queue; it has service, outcome, instance',
    ]);
  });

  it('names a label that is grouped by and not there, before or behind the expression', () => {
    const expected = ['(route) groups by route, which jobs_total does not have'];
    expect(problems('sum by (route) (rate(jobs_total[5m]))')).toEqual(expected);
    expect(problems('sum(rate(jobs_total[5m])) by (route)')).toEqual(expected);
  });

  it('refuses a selector without a metric name, and what is no PromQL', () => {
    expect(problems('{service="a"}')).toEqual(['a selector without a metric name: {service="a"}']);
    expect(problems('sum by service (jobs_total)')).not.toEqual([]);
    expect(problems('rate(jobs_total[5m]')).not.toEqual([]);
  });
});

describe('dashboards and alerts', () => {
  it.each(OPTIONS)('ask only for what createMetrics(%o) registers', async (options) => {
    const { stateEncoding = 'fractional', durationUnit = 'ms' } = options;
    const catalogue = await readCatalogue({ stateEncoding, durationUnit });
    expect(operationsProblems(options, catalogue)).toEqual([]);
  });

  it('leave room for the queries of documents 003 and 004', async () => {
    const catalogue = await readCatalogue({});
    const queries = [
      'sum(rate(http_requests_total[5m])) by (service)',
      'sum(rate(http_requests_total{status_code=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))',
      'histogram_quantile(0.95, rate(http_request_duration_ms_bucket[5m]))',
      'circuit_breaker_state{service="requests"}',
      'rate(http_requests_total[5m])',
      'http_connections_active',
      'process_memory_heap_used_bytes',
    ];
    expect(queries.flatMap((query) => promqlProblems(query, catalogue))).toEqual([]);
  });

  it('made with other options than the metrics, they are found out', async () => {
    const problems = operationsProblems({ durationUnit: 's' }, await readCatalogue({ durationUnit: 'ms' }));
    expect(problems).toContain(
      'service.json, Duration: there is no metric http_request_duration_seconds_bucket',
    );
    expect(problems).toContain(
      'service:http_requests_slow:ratio_rate5m: there is no metric http_request_duration_seconds_count',
    );
  });

  it('are shipped as the generator makes them; the build fails otherwise', () => {
    const script = join(import.meta.dirname, '../../scripts/operations-files.ts');
    const { status, stderr } = spawnSync('node', ['--conditions=@holdfast/source', script], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('have log queries that LogQL takes, over fields that the logger writes', () => {
    const targets = Object.values(createDashboards())
      .flatMap(({ panels }) => panels)
      .filter(({ datasource }) => datasource.type === 'loki')
      .flatMap((panel) => panel.targets);
    expect(targets).toHaveLength(3);
    for (const { expr = '' } of targets) {
      const errors: string[] = [];
      const text = expr.replaceAll('$__range', '1h');
      logqlParser.parse(text).iterate({
        enter: ({ type, from }) => void (type.isError && errors.push(text.slice(from))),
      });
      expect(errors).toEqual([]);
      const fields = [...text.matchAll(/\| ([a-zA-Z]+) ?(?:=|!=|>|>=|<) ?["\d]/g)].map(([, field]) => field);
      expect(['requestId', 'correlationId', 'statusCode']).toEqual(expect.arrayContaining(fields));
    }
  });
});
