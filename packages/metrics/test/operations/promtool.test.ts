import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promtool } from '@holdfast/test-servers';
import { describe, expect, it, onTestFinished } from 'vitest';

/** What is shipped: its windows of hours and days, not shortened. */
const RULES = join(import.meta.dirname, '../../alerts/holdfast.yml');
const program = promtool();

interface History {
  /** Series in promtool's notation, one value a minute: `0+60x120` begins at 0 and grows by 60, 120 times. */
  readonly series: Readonly<Record<string, string>>;
  /** When is looked, and which alerts fire then. */
  readonly firing: Readonly<Record<string, readonly string[]>>;
  /** Default every minute. */
  readonly evaluated?: string;
}

/** @returns what promtool has against the history */
function run({ series, firing, evaluated = '1m' }: History): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-promtool-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const test = {
    rule_files: [RULES],
    evaluation_interval: evaluated,
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: Object.entries(firing).map(([eval_time, alerts]) => ({
          expr: 'count by (alertname, window) (ALERTS{alertstate="firing"})',
          eval_time,
          exp_samples: alerts.map((labels) => ({ labels: `{${labels}}`, value: 1 })),
        })),
      },
    ],
  };
  writeFileSync(join(folder, 'test.yml'), JSON.stringify(test));
  const { status, stdout, stderr } = spawnSync(program ?? '', ['test', 'rules', join(folder, 'test.yml')], {
    encoding: 'utf8',
  });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

const availability = (window: string) => `alertname="AvailabilityBudgetBurn", window="${window}"`;
const latency = (window: string) => `alertname="LatencyBudgetBurn", window="${window}"`;

/** Of 10,000 requests a minute, so many fail. */
const failing = (failed: number, minutes: number) => ({
  'http_requests_total{service="a", status_code="200"}': `0+${10_000 - failed}x${minutes}`,
  'http_requests_total{service="a", status_code="503"}': `0+${failed}x${minutes}`,
});

/** Of 1000 requests a minute, so many take longer than half a second. */
const slow = (late: number, minutes: number) => ({
  'http_request_duration_ms_bucket{service="a", status_code="200", le="500"}': `0+${1000 - late}x${minutes}`,
  'http_request_duration_ms_bucket{service="a", status_code="200", le="+Inf"}': `0+1000x${minutes}`,
  'http_request_duration_ms_count{service="a", status_code="200"}': `0+1000x${minutes}`,
});

describe.skipIf(program === undefined)('the shipped rules', () => {
  it('are legal', () => {
    const { status, stdout } = spawnSync(program ?? '', ['check', 'rules', RULES], { encoding: 'utf8' });
    expect(stdout).toContain('SUCCESS: 22 rules found');
    expect(status).toBe(0);
  });

  it.each([
    [5, 9, 'nobody', []],
    [15, 15, 'the next working day', ['3d']],
    [65, 70, 'a person at night, over six hours', ['6h', '3d']],
    [150, 150, 'a person at night, over one hour', ['1h', '6h', '3d']],
  ])(
    '%i failures in 10,000 and %i slow requests in 1000 for seven hours: told to %s',
    (failed, late, _who, windows) => {
      expect(
        run({
          series: { ...failing(failed, 420), ...slow(late, 420) },
          firing: { '7h': [...windows.map(availability), ...windows.map(latency)] },
        }),
      ).toBe('');
    },
  );

  it('two minutes in which everything fails: paged within two minutes, quiet ten minutes later but for the ticket', () => {
    const series = {
      // 12 hours of good, 2 minutes of bad, 2 hours of good.
      'http_requests_total{service="a", status_code="200"}': '0+10000x720 7200000+0x2 7210000+10000x120',
      'http_requests_total{service="a", status_code="503"}': '0+0x720 10000+10000x1 20000+0x120',
    };
    expect(
      run({
        series,
        firing: {
          '12h': [],
          '12h3m': [availability('1h'), availability('3d')],
          '12h15m': [availability('3d')],
        },
      }),
    ).toBe('');
  });

  it('a service without requests burns nothing, and one without failures has a ratio of 0', () => {
    const series = {
      'http_requests_total{service="idle", status_code="200"}': '7+0x120',
      'http_requests_total{service="idle", status_code="503"}': '7+0x120',
      'http_requests_total{service="well", status_code="200"}': '0+600x120',
    };
    expect(run({ series, firing: { '2h': [] } })).toBe('');
  });

  it('a circuit that goes between open and half-open is told after a minute, one that closes in time is not', () => {
    const circuit = (name: string) => `circuit_breaker_state{service="a", circuit_name="${name}"}`;
    expect(
      run({
        series: { [circuit('flapping')]: '0 0 1 0.5 1 0.5 1', [circuit('blip')]: '0 0 1 0 0 0 0' },
        firing: { '2m': [], '3m': ['alertname="CircuitOpen"'] },
      }),
    ).toBe('');
  });

  it('one more dead letter is told at once and for ten minutes; a redrive, or a restart of the service, is not', () => {
    const growing = 'dead_letters{service="a", queue="webhooks", instance="1"}';
    expect(
      run({
        series: { [growing]: '3 3 3 4+0x20 0+0x20 _ _ 0+0x20' },
        firing: {
          '2m': [],
          '3m': ['alertname="DeadLettersGrowing"'],
          '12m': ['alertname="DeadLettersGrowing"'],
          '13m': [],
          '26m': [],
          '50m': [],
        },
      }),
    ).toBe('');
  });

  it('a queue that is behind for five minutes is told, a peak is not', () => {
    const age = (queue: string) => `queue_oldest_job_age_ms{service="a", queue="${queue}"}`;
    expect(
      run({
        series: { [age('behind')]: '0 61000+60000x20', [age('peak')]: '0 90000 90000 90000 0+0x20' },
        firing: { '5m': [], '6m': ['alertname="QueueLag"'] },
      }),
    ).toBe('');
  });

  it('a spool that stays is told after five minutes, one that shrinks or is empty is not', () => {
    const spool = (queue: string) => `queue_spool_jobs{service="a", queue="${queue}"}`;
    expect(
      run({
        series: {
          [spool('stuck')]: '0 5 9+0x20',
          [spool('draining')]: '0 900 900-50x17',
          [spool('empty')]: '0+0x20',
        },
        firing: { '5m': [], '6m': ['alertname="SpoolNotDraining"'], '15m': ['alertname="SpoolNotDraining"'] },
      }),
    ).toBe('');
  });

  it('an event loop that is held up for two minutes is told, one long garbage collection is not', () => {
    const lag = (instance: string) => `process_event_loop_lag_ms{instance="${instance}"}`;
    expect(
      run({
        series: { [lag('busy')]: '5 150 160 170 180', [lag('once')]: '5 900 5 5 5' },
        firing: { '2m': [], '3m': ['alertname="EventLoopLag"'] },
      }),
    ).toBe('');
  });

  it('a service that is no longer scraped is missed after five minutes, for a day; one that moved is not', () => {
    const active = (service: string, instance: string) =>
      `http_connections_active{service="${service}", instance="${instance}"}`;
    expect(
      run({
        series: {
          [active('gone', '1')]: '2+0x10',
          [active('moved', '1')]: '2+0x10',
          [active('moved', '2')]: '_x8 2+0x1600',
        },
        firing: {
          '15m': [],
          '20m': ['alertname="ServiceGone"'],
          '24h': ['alertname="ServiceGone"'],
          '24h30m': [],
        },
        evaluated: '5m',
      }),
    ).toBe('');
  });
});
