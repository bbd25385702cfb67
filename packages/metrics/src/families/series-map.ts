import { type LabelPairs, labelText } from '../exposition/text.ts';

/** The label value under which everything over a cap is counted. */
export const OVERFLOW_LABEL = 'other';

const LONGEST_LABEL_VALUE = 512;
const SEPARATOR = '\u0000';

export interface SeriesMapOptions<S> {
  readonly labelNames: readonly string[];
  /** Labels with one value for the whole metric, shown first. */
  readonly constantLabels: LabelPairs;
  readonly maxSeries: number;
  /** Called for each look-up that had to be answered with the overflow series. */
  readonly onOverflow: () => void;
  readonly create: (labels: LabelPairs, text: string) => S;
}

/** The label sets of one metric, of which there are never more than the cap, plus one for the overflow. */
export class SeriesMap<S> {
  readonly labelNames: readonly string[];
  readonly #options: SeriesMapOptions<S>;
  readonly #series = new Map<string, S>();
  #overflow: S | undefined;

  constructor(options: SeriesMapOptions<S>) {
    this.labelNames = options.labelNames;
    this.#options = options;
  }

  /** The series of these label values, in the order of `labelNames`; made when new, `other` when over the cap. */
  at(values: readonly string[]): S {
    return this.#series.get(values.join(SEPARATOR)) ?? this.#atClean(values.map(cleanLabelValue));
  }

  *all(): Generator<S> {
    yield* this.#series.values();
    if (this.#overflow !== undefined) yield this.#overflow;
  }

  clear(): void {
    this.#series.clear();
    this.#overflow = undefined;
  }

  #atClean(values: readonly string[]): S {
    const key = values.join(SEPARATOR);
    let series = this.#series.get(key);
    if (series !== undefined) return series;
    if (this.#series.size >= this.#options.maxSeries) return this.#overflowSeries();
    series = this.#create(values);
    this.#series.set(key, series);
    return series;
  }

  #overflowSeries(): S {
    this.#options.onOverflow();
    return (this.#overflow ??= this.#create(this.labelNames.map(() => OVERFLOW_LABEL)));
  }

  #create(values: readonly string[]): S {
    const labels: Record<string, string> = { ...this.#options.constantLabels };
    this.labelNames.forEach((name, i) => {
      labels[name] = values[i] ?? '';
    });
    return this.#options.create(labels, labelText(labels));
  }
}

/**
 * Two values that look alike once encoded as UTF-8 would be one series twice, for which Prometheus refuses the whole
 * scrape; NUL separates the parts of our keys.
 */
function cleanLabelValue(value: string): string {
  const short = value.length > LONGEST_LABEL_VALUE ? value.slice(0, LONGEST_LABEL_VALUE) : value;
  return short.toWellFormed().replaceAll(SEPARATOR, '\ufffd');
}
