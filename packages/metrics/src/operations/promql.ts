/** Words of PromQL that dashboards and alerts share. */

import { numberText } from '../exposition/text.ts';
import { UNIT_OF_MS } from '../families/family-set.ts';
import type { ResolvedOperationsOptions } from './options.ts';

/** What makes the names of duration histograms. */
export type DurationNaming = Pick<ResolvedOperationsOptions, 'durationUnit'>;

/** `durationName('http_request_duration', …)` is `http_request_duration_ms` or `http_request_duration_seconds`. */
export function durationName(base: string, { durationUnit }: DurationNaming): string {
  return `${base}_${durationUnit === 'ms' ? 'ms' : 'seconds'}`;
}

/** The value of the label `le` of a bound given in ms. */
export function bucketBound(boundMs: number, { durationUnit }: DurationNaming): string {
  return numberText(durationUnit === 'ms' ? boundMs : boundMs / 1000);
}

/** A bound or limit in ms in the unit of the histograms. */
export function inUnit(valueMs: number, { durationUnit }: DurationNaming): number {
  return valueMs * UNIT_OF_MS[durationUnit];
}

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** A duration as Prometheus writes it, in one unit: `6h`, `90s`. */
export function promDuration(ms: number): string {
  const [unit, size] = UNITS.find(([, length]) => ms >= length && ms % length === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

/** A quotient that is 0, not absent, where there was traffic and nothing of what is counted. */
export function part(counted: string, all: string): string {
  return `(${counted} or 0 * ${all}) / ${all}`;
}
