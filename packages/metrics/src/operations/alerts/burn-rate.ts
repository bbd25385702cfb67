import type { BurnWindow, ResolvedOperationsOptions } from '../options.ts';
import { bucketBound, durationName, part, promDuration } from '../promql.ts';
import { type AlertRule, type RecordingRule, runbookLink } from './rule.ts';

/** One objective: which part of the requests missed it, and how much of that is allowed. */
interface Objective {
  readonly alert: string;
  readonly record: (window: string) => string;
  readonly missed: (window: string) => string;
  readonly budget: number;
  readonly summary: string;
  readonly means: string;
}

/** The part of the requests that missed each objective, over every window that an alert or a dashboard looks at. */
export function burnRateRecords(options: ResolvedOperationsOptions): readonly RecordingRule[] {
  const windows = new Set(options.burnWindows.flatMap(({ shortMs, longMs }) => [shortMs, longMs]));
  const names = [...windows].sort((a, b) => a - b).map(promDuration);
  return objectives(options).flatMap(({ record, missed }) =>
    names.map((window) => ({ record: record(window), expr: missed(window) })),
  );
}

/** @see https://sre.google/workbook/alerting-on-slos/ */
export function burnRateAlerts(options: ResolvedOperationsOptions): readonly AlertRule[] {
  return objectives(options).flatMap((objective) =>
    options.burnWindows.map((window) => burnRateAlert(objective, window, options.runbookUrl)),
  );
}

function burnRateAlert(objective: Objective, window: BurnWindow, runbookUrl: string): AlertRule {
  const { alert, record, budget, summary, means } = objective;
  const { burnRate, severity } = window;
  const long = promDuration(window.longMs);
  const short = promDuration(window.shortMs);
  const limit = `${burnRate} * ${budget}`;
  return {
    alert,
    expr: `${record(long)} > ${limit}\nand\n${record(short)} > ${limit}`,
    labels: { severity, window: long },
    annotations: {
      summary: `{{ $labels.service }}: ${summary}`,
      description: `{{ $value | humanizePercentage }} of the requests of the last ${long} ${means}, more than ${burnRate} times what the objective allows.`,
      runbook_url: runbookLink(runbookUrl, alert),
    },
  };
}

function objectives(options: ResolvedOperationsOptions): readonly Objective[] {
  const { availabilityRatio, latencyRatio, latencyMs } = options;
  return [
    {
      alert: 'AvailabilityBudgetBurn',
      record: (window) => `service:http_requests_failed:ratio_rate${window}`,
      missed: failedPart,
      budget: remainder(availabilityRatio),
      summary: 'too many requests fail',
      means: 'ended in a 5xx',
    },
    {
      alert: 'LatencyBudgetBurn',
      record: (window) => `service:http_requests_slow:ratio_rate${window}`,
      missed: (window) => slowPart(window, options),
      budget: remainder(latencyRatio),
      summary: 'too many requests are slow',
      means: `took longer than ${latencyMs} ms`,
    },
  ];
}

function failedPart(window: string): string {
  const rate = (labels: string) => `sum by (service) (rate(http_requests_total${labels}[${window}]))`;
  return part(rate('{status_code=~"5.."}'), rate(''));
}

/** Requests that failed count against availability alone. */
function slowPart(window: string, options: ResolvedOperationsOptions): string {
  const name = durationName('http_request_duration', options);
  const answered = 'status_code!~"5.."';
  const within = `sum by (service) (rate(${name}_bucket{le="${bucketBound(options.latencyMs, options)}", ${answered}}[${window}]))`;
  return `1 - ${within} / sum by (service) (rate(${name}_count{${answered}}[${window}]))`;
}

/** 1 - 0.999 is 0.0010000000000000009 in floating point. */
function remainder(ratio: number): number {
  return Number((1 - ratio).toPrecision(6));
}
