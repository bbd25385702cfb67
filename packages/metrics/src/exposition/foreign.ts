import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@holdfast/context/clock';
import type { ExemplarSample } from '../families/exemplars.ts';
import { limited } from './collect.ts';

/** A metric in the registry that is not ours: prom-client's own, or of somebody else's making. */
export interface ForeignMetric {
  readonly name: string;
  get(): ForeignSnapshot | Promise<ForeignSnapshot>;
  /** prom-client's quicker form: labels that a whole histogram shares are not copied to each bucket. */
  getForPromString?(): ForeignSnapshot | Promise<ForeignSnapshot>;
}

export interface ForeignSnapshot {
  readonly help: string;
  readonly type: unknown;
  readonly aggregator?: unknown;
  readonly values?: Iterable<ForeignSample>;
}

export interface ForeignSample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly sharedLabels?: Readonly<Record<string, unknown>>;
  readonly metricName?: string;
  readonly exemplar?: ExemplarSample | null;
}

export interface ForeignLimits {
  readonly clock: Clock;
  /** How long all `collect` functions together may take, ms. */
  readonly timeoutMs: number;
  /** Called for a metric that failed or took too long. */
  readonly onFailure: (metric: string) => void;
}

/** How many metrics are asked before the event loop has its turn. */
const ASKED_AT_ONCE = 4;

/** A `collect` function that hangs is not called again while it does, or each scrape would add one more. */
const running = new WeakMap<ForeignMetric, Promise<ForeignSnapshot>>();

/** What the metrics answer in time, each under its metric; those that fail or hang are missing. */
export type ForeignReading = (metric: ForeignMetric) => Promise<ForeignSnapshot | undefined>;

/** Asks all of them, so that one limit holds for all together, and gives each one's answer when asked for it. */
export async function readForeign(
  metrics: readonly ForeignMetric[],
  { clock, timeoutMs, onFailure }: ForeignLimits,
): Promise<ForeignReading> {
  const endsAt = clock.now() + timeoutMs;
  const asked = new Map<ForeignMetric, Promise<ForeignSnapshot>>();
  for (const [i, metric] of metrics.entries()) {
    asked.set(metric, begin(metric));
    if (i % ASKED_AT_ONCE === ASKED_AT_ONCE - 1) await setImmediate();
  }
  return async (metric) => {
    try {
      const reading = asked.get(metric) ?? begin(metric);
      if (await limited(clock, Math.max(0, endsAt - clock.now()), reading)) return await reading;
    } catch {
      // Counted below, as one that hangs is.
    }
    onFailure(metric.name);
    return undefined;
  };
}

function begin(metric: ForeignMetric): Promise<ForeignSnapshot> {
  let reading = running.get(metric);
  if (reading !== undefined) return reading;
  reading = (async () =>
    metric.getForPromString === undefined ? metric.get() : metric.getForPromString())();
  running.set(metric, reading);
  const end = () => void running.delete(metric);
  reading.then(end, end);
  return reading;
}
