import { median, pairwise, spreadOf } from './statistics.ts';

/** A budget: `min` is met from it upwards, `max` from it downwards. */
export interface Target {
  readonly bound: 'min' | 'max';
  readonly limit: number;
}

/** One line of the report; the JSON of a run is `{ ok, results: Row[] }`. */
export interface Row {
  readonly area: string;
  readonly case: string;
  /** The median over the rounds, in `unit`. */
  readonly value: number;
  readonly unit: string;
  /** What `ratio` compares with, and its own median; null where the row stands alone. */
  readonly against: string | null;
  readonly againstValue: number | null;
  /** The median of the rounds' ratios; null where `target` is a limit on `value` itself. */
  readonly ratio: number | null;
  /** How `ratio` is formed: `ours/theirs`, or `theirs/ours` where the budget says "times faster". */
  readonly ratioOf: 'ours/theirs' | 'theirs/ours' | null;
  readonly target: number | null;
  readonly bound: 'min' | 'max' | null;
  readonly met: boolean | null;
  /** First and third quartile of the rounds' ratios, or of the values where there is no ratio. */
  readonly spread: readonly [number, number];
}

export interface Measured {
  readonly area: string;
  readonly case: string;
  readonly unit: string;
  /** One value per round. */
  readonly samples: readonly number[];
}

export interface Compared extends Measured {
  readonly against: string;
  readonly againstSamples: readonly number[];
  readonly ratioOf?: 'ours/theirs' | 'theirs/ours';
}

export function atLeast(limit: number): Target {
  return { bound: 'min', limit };
}

export function atMost(limit: number): Target {
  return { bound: 'max', limit };
}

/** A row that stands alone, with or without a limit on its value. */
export function absolute(measured: Measured, target?: Target): Row {
  const value = median(measured.samples);
  return {
    area: measured.area,
    case: measured.case,
    value,
    unit: measured.unit,
    against: null,
    againstValue: null,
    ratio: null,
    ratioOf: null,
    ...judge(value, target),
    spread: spreadOf(measured.samples),
  };
}

/** A row that compares two series of the same rounds, with or without a limit on their ratio. */
export function compared(measured: Compared, target?: Target): Row {
  const ratioOf = measured.ratioOf ?? 'ours/theirs';
  const ratios = pairwise(measured.samples, measured.againstSamples, (ours, theirs) =>
    ratioOf === 'ours/theirs' ? ours / theirs : theirs / ours,
  );
  const ratio = median(ratios);
  return {
    area: measured.area,
    case: measured.case,
    value: median(measured.samples),
    unit: measured.unit,
    against: measured.against,
    againstValue: median(measured.againstSamples),
    ratio,
    ratioOf,
    ...judge(ratio, target),
    spread: spreadOf(ratios),
  };
}

/** Whether every row with a target met it. A run without rows is not ok. */
export function allMet(rows: readonly Row[]): boolean {
  return rows.length > 0 && rows.every((row) => row.met !== false);
}

function judge(figure: number, target: Target | undefined): Pick<Row, 'target' | 'bound' | 'met'> {
  if (target === undefined) return { target: null, bound: null, met: null };
  const met = target.bound === 'min' ? figure >= target.limit : figure <= target.limit;
  return { target: target.limit, bound: target.bound, met };
}
