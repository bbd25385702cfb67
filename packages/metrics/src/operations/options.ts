import { MetricsOptionError } from '../errors.ts';
import {
  checkBuckets,
  checkInteger,
  checkOneOf,
  type DurationUnit,
  METRICS_DEFAULTS,
  type StateEncoding,
} from '../options.ts';

/** `page` wakes somebody; `ticket` waits for the next working day. */
export type Severity = 'page' | 'ticket';

/**
 * A pair of windows: the alert fires while the error budget burns `burnRate` times too fast in both of them. The long
 * one makes it significant, the short one ends it soon after the trouble has ended.
 */
export interface BurnWindow {
  readonly longMs: number;
  readonly shortMs: number;
  readonly burnRate: number;
  readonly severity: Severity;
}

export interface OperationsOptions {
  /** What `createMetrics()` is given. Default `'fractional'`. */
  stateEncoding?: StateEncoding;
  /** What `createMetrics()` is given. Default `'ms'`. */
  durationUnit?: DurationUnit;
  /** What `createMetrics()` is given. */
  durationBucketsMs?: readonly number[];
  /** Part of the requests that must not end in a 5xx, over 0 and under 1. Default 0.999. */
  availabilityRatio?: number;
  /** Part of the requests, those with a 5xx left out, that must be answered within `latencyMs`. Default 0.99. */
  latencyRatio?: number;
  /** One of `durationBucketsMs`: nothing in between can be told from a histogram. Default 500. */
  latencyMs?: number;
  /** Default those of the SRE workbook for a budget of 30 days. */
  burnWindows?: readonly BurnWindow[];
  /** How long a circuit is not closed before somebody is told, ms, 0 or more. Default 60,000. */
  circuitOpenForMs?: number;
  /** The time within which one more dead letter is growth, ms. Default 600,000. */
  deadLettersWindowMs?: number;
  /** The oldest job that is due may wait so long, ms. Default 60,000. */
  queueLagMs?: number;
  /** How long it must be so, ms. Default 300,000. */
  queueLagForMs?: number;
  /** The time within which a spool must have shrunk, ms. Default 300,000. */
  spoolWindowMs?: number;
  /** Longest delay of the event loop between two scrapes, ms. Default 100. */
  eventLoopLagMs?: number;
  /** How long it must be so, ms. Default 120,000. */
  eventLoopLagForMs?: number;
  /** How long nothing is heard of a service before somebody is told, ms. Default 300,000. */
  goneAfterMs?: number;
  /** For how long a service that is gone is missed, ms. Default 86,400,000, a day. */
  goneMemoryMs?: number;
  /** The group's evaluation interval, ms; undefined takes that of the server. */
  evaluationIntervalMs?: number;
  /** Where the runbook is read; `#` and the name of the alert are put behind it. Default `docs/operations/runbook.md`. */
  runbookUrl?: string;
  /** The label that tells one service's log stream from another in Loki. Default `app`. */
  logStreamLabel?: string;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

export type ResolvedOperationsOptions = Readonly<
  Required<Omit<OperationsOptions, 'evaluationIntervalMs'>> & { evaluationIntervalMs: number | undefined }
>;

/** Every default of dashboards and alerts. Durations in ms. */
export const OPERATIONS_DEFAULTS: ResolvedOperationsOptions = Object.freeze({
  stateEncoding: METRICS_DEFAULTS.stateEncoding,
  durationUnit: METRICS_DEFAULTS.durationUnit,
  durationBucketsMs: METRICS_DEFAULTS.durationBucketsMs,
  availabilityRatio: 0.999,
  latencyRatio: 0.99,
  latencyMs: 500,
  // https://sre.google/workbook/alerting-on-slos/, table 5-8: 2 % of the budget in an hour, 5 % in six, 10 % in three days.
  burnWindows: Object.freeze([
    { longMs: HOUR_MS, shortMs: 5 * MINUTE_MS, burnRate: 14.4, severity: 'page' },
    { longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS, burnRate: 6, severity: 'page' },
    { longMs: 72 * HOUR_MS, shortMs: 6 * HOUR_MS, burnRate: 1, severity: 'ticket' },
  ] as const),
  circuitOpenForMs: MINUTE_MS,
  deadLettersWindowMs: 10 * MINUTE_MS,
  queueLagMs: MINUTE_MS,
  queueLagForMs: 5 * MINUTE_MS,
  spoolWindowMs: 5 * MINUTE_MS,
  eventLoopLagMs: 100,
  eventLoopLagForMs: 2 * MINUTE_MS,
  goneAfterMs: 5 * MINUTE_MS,
  goneMemoryMs: 24 * HOUR_MS,
  evaluationIntervalMs: undefined,
  runbookUrl: 'docs/operations/runbook.md',
  logStreamLabel: 'app',
});

const WHERE = 'operations';
const LONGEST_MS = 90 * 24 * HOUR_MS;

/** @throws MetricsOptionError naming the option, its value and its range */
export function resolveOperationsOptions(options: OperationsOptions): ResolvedOperationsOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved: ResolvedOperationsOptions = { ...OPERATIONS_DEFAULTS, ...given };
  checkOneOf(WHERE, 'stateEncoding', resolved.stateEncoding, ['fractional', 'ordinal']);
  checkOneOf(WHERE, 'durationUnit', resolved.durationUnit, ['ms', 's']);
  checkBuckets(WHERE, 'durationBucketsMs', resolved.durationBucketsMs);
  checkRatio('availabilityRatio', resolved.availabilityRatio);
  checkRatio('latencyRatio', resolved.latencyRatio);
  checkLatency(resolved);
  checkWindows(resolved.burnWindows);
  checkReachable(resolved);
  for (const option of DURATIONS) checkInteger(WHERE, option, resolved[option], 1, LONGEST_MS);
  for (const option of WAITS) checkInteger(WHERE, option, resolved[option], 0, LONGEST_MS);
  if (resolved.evaluationIntervalMs !== undefined)
    checkInteger(WHERE, 'evaluationIntervalMs', resolved.evaluationIntervalMs, 1, LONGEST_MS);
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(resolved.logStreamLabel))
    throw new MetricsOptionError(
      'logStreamLabel',
      `${WHERE}: logStreamLabel is ${JSON.stringify(resolved.logStreamLabel)}; it must be a label name, [a-zA-Z_][a-zA-Z0-9_]*.`,
    );
  return resolved;
}

const DURATIONS = [
  'deadLettersWindowMs',
  'queueLagMs',
  'spoolWindowMs',
  'eventLoopLagMs',
  'goneAfterMs',
  'goneMemoryMs',
] as const;
const WAITS = ['circuitOpenForMs', 'queueLagForMs', 'eventLoopLagForMs'] as const;

function checkRatio(option: string, value: number): void {
  if (value > 0 && value < 1) return;
  throw new MetricsOptionError(option, `${WHERE}: ${option} is ${value}; it must be over 0 and under 1.`);
}

function checkLatency({ latencyMs, durationBucketsMs }: ResolvedOperationsOptions): void {
  if (durationBucketsMs.includes(latencyMs)) return;
  throw new MetricsOptionError(
    'latencyMs',
    `${WHERE}: latencyMs is ${latencyMs}; it must be one of durationBucketsMs: ${durationBucketsMs.join(', ')}.`,
  );
}

/** A burn rate that no traffic can reach is an alert that never fires. */
function checkReachable({ burnWindows, availabilityRatio, latencyRatio }: ResolvedOperationsOptions): void {
  const least = Math.min(availabilityRatio, latencyRatio);
  const fastest = Math.max(...burnWindows.map(({ burnRate }) => burnRate));
  if (fastest * (1 - least) < 1) return;
  throw new MetricsOptionError(
    'burnWindows',
    `${WHERE}: burnWindows has a burnRate of ${fastest}, which an objective of ${least} cannot reach; it must be under 1 / (1 - objective).`,
  );
}

function checkWindows(windows: readonly BurnWindow[]): void {
  if (windows.length === 0)
    throw new MetricsOptionError(
      'burnWindows',
      `${WHERE}: burnWindows is empty; it must have at least one pair of windows.`,
    );
  for (const { longMs, shortMs, burnRate, severity } of windows) {
    checkInteger(WHERE, 'burnWindows longMs', longMs, 1, LONGEST_MS);
    checkInteger(WHERE, 'burnWindows shortMs', shortMs, 1, longMs);
    checkOneOf(WHERE, 'burnWindows severity', severity, ['page', 'ticket']);
    if (!(burnRate > 0 && Number.isFinite(burnRate)))
      throw new MetricsOptionError(
        'burnWindows',
        `${WHERE}: burnWindows burnRate is ${burnRate}; it must be over 0.`,
      );
  }
}
