import type { Registry } from 'prom-client';
import { MetricConflictError } from '../errors.ts';
import type { DurationUnit } from '../options.ts';
import { addToRegistry, type Family, type FamilyKind, removeFromRegistry } from './family.ts';
import { createHistogramFamily, type HistogramFamily } from './histogram-family.ts';
import { createScalarFamily, type ScalarFamily } from './scalar-family.ts';

export interface FamilySpec {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** Value of the label `service`; without it the metric has no such label. */
  readonly service?: string;
  /** Whether its values are only known at a scrape. */
  readonly pulled?: boolean;
}

export interface DurationSpec extends Omit<FamilySpec, 'pulled'> {
  readonly unit: DurationUnit;
  readonly boundsMs: readonly number[];
}

/** Milliseconds into the unit of a duration histogram. */
export const UNIT_OF_MS: Readonly<Record<DurationUnit, number>> = Object.freeze({ ms: 1, s: 0.001 });

/**
 * Gauges of something that all processes of a service share, or whose worst value counts: the highest stands for all.
 * Every other gauge is a share of one process, of which the sum is shown.
 */
const SHARED_GAUGES: ReadonlySet<string> = new Set([
  'circuit_breaker_state',
  'dead_letters',
  'process_event_loop_lag_ms',
  'queue_depth',
  'queue_oldest_job_age_ms',
]);

/** The metrics that one instance has put into its registry; asked for twice, a metric is made once. */
export interface FamilySet {
  counter(spec: FamilySpec): ScalarFamily;
  gauge(spec: FamilySpec): ScalarFamily;
  /** A histogram of durations. `spec.name` has no unit: it becomes `<name>_ms` or `<name>_seconds`. */
  duration(spec: DurationSpec): HistogramFamily;
  /** Takes all of them out of the registry. */
  close(): void;
}

export interface FamilySetOptions {
  readonly registry: Registry;
  readonly maxSeries: number;
  readonly onOverflow: (metric: string) => void;
  readonly refresh: () => Promise<void>;
}

export function createFamilySet({ registry, maxSeries, onOverflow, refresh }: FamilySetOptions): FamilySet {
  const families = new Map<string, { family: Family; shape: string }>();

  function once<F extends Family>(type: FamilyKind, spec: FamilySpec, detail: string, make: () => F): F {
    const shape = [type, spec.service, ...(spec.labelNames ?? []), detail].join(' ');
    const present = families.get(spec.name);
    // The shape names the type, so an equal shape is a family of type F.
    if (present?.shape === shape) return present.family as F;
    if (present !== undefined)
      throw new MetricConflictError(spec.name, 'it is there already with other labels or buckets');
    const family = make();
    addToRegistry(registry, family);
    families.set(spec.name, { family, shape });
    return family;
  }

  const optionsOf = ({ name, help, labelNames = [], service, pulled }: FamilySpec) => ({
    name,
    help,
    labelNames,
    constantLabels: service === undefined ? {} : { service },
    maxSeries,
    onOverflow,
    beforeRead: pulled === true ? refresh : undefined,
    aggregator: SHARED_GAUGES.has(name) ? ('max' as const) : undefined,
  });
  const scalar = (type: 'counter' | 'gauge', spec: FamilySpec) =>
    once(type, spec, '', () => createScalarFamily(type, optionsOf(spec)));

  return {
    counter: (spec) => scalar('counter', spec),
    gauge: (spec) => scalar('gauge', spec),
    duration({ unit, boundsMs, ...rest }) {
      const spec = { ...rest, name: `${rest.name}_${unit === 'ms' ? 'ms' : 'seconds'}` };
      const bounds = unit === 'ms' ? boundsMs : boundsMs.map((bound) => bound / 1000);
      return once('histogram', spec, bounds.join(), () => createHistogramFamily(optionsOf(spec), bounds));
    },
    close() {
      for (const { family } of families.values()) removeFromRegistry(registry, family);
      families.clear();
    },
  };
}
