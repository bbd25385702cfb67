import type { Clock } from '@holdfast/context/clock';
import type { CollectedStates } from '../exposition/collect.ts';
import type { Exemplars } from '../families/exemplars.ts';
import type { FamilySet } from '../families/family-set.ts';
import type { DurationUnit, StateEncoding } from '../options.ts';

/** What a feature's metrics are made with. */
export interface FeatureContext {
  readonly families: FamilySet;
  readonly exemplars: Exemplars;
  readonly clock: Clock;
  readonly service: string;
  readonly stateEncoding: StateEncoding;
  readonly durationUnit: DurationUnit;
  readonly durationBucketsMs: readonly number[];
  /** Listens to a channel until the instance closes; an error of `handler` is counted and goes no further. */
  readonly subscribe: <T>(channel: string, handler: (message: T) => void) => void;
}

/** The metrics of one package, fed by its channels. */
export interface Feature {
  /** Takes over the states that a scrape collected. */
  apply(states: CollectedStates): void;
}

/** The snapshots of one kind. Their shape is the contract of the channel. */
export function snapshotsOf<T>(states: CollectedStates, kind: string): readonly T[] {
  return (states.get(kind) ?? []) as readonly T[];
}
