/** Since when each cumulative series has been counting without a break. All times are epoch ms. */
export interface StartTimes {
  /** A collection begins. */
  begin(at: number): void;
  /** @param total what never decreases while the series lasts: a counter's value, a histogram's count */
  startOf(metric: string, series: string, total: number): number;
  /** The collection is over; series that were not asked for are gone. */
  end(): void;
}

interface Seen {
  startedAt: number;
  total: number;
  collection: number;
}

/**
 * prom-client does not say when a series began. What the first collection finds began with the process, where every
 * series begins at 0; what a later one finds, or finds decreased, began after the collection before it.
 * @param processStartedAt epoch ms
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#resets-and-gaps
 */
export function createStartTimes(processStartedAt: number): StartTimes {
  const metrics = new Map<string, Map<string, Seen>>();
  let collection = 0;
  let previousAt = processStartedAt;
  let currentAt = processStartedAt;
  return {
    begin(at) {
      collection += 1;
      previousAt = currentAt;
      currentAt = at;
    },
    startOf(metric, series, total) {
      let ofMetric = metrics.get(metric);
      if (ofMetric === undefined) metrics.set(metric, (ofMetric = new Map()));
      const seen = ofMetric.get(series);
      if (seen === undefined) {
        ofMetric.set(series, { startedAt: previousAt, total, collection });
        return previousAt;
      }
      if (total < seen.total) seen.startedAt = previousAt;
      seen.total = total;
      seen.collection = collection;
      return seen.startedAt;
    },
    end() {
      for (const [metric, series] of metrics) {
        for (const [key, seen] of series) if (seen.collection !== collection) series.delete(key);
        if (series.size === 0) metrics.delete(metric);
      }
    },
  };
}
