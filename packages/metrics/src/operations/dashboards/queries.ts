/** The forms that queries take, over whatever the reader has chosen. */
import { CHOSEN } from './dashboard.ts';

/** Wide enough for the scrape interval, whatever it is. */
const WINDOW = '$__rate_interval';

function chosen(labels: string): string {
  return labels === '' ? CHOSEN : `${CHOSEN}, ${labels}`;
}

/** Events a second, summed up to `by`. */
export function rate(counter: string, by: string, labels = ''): string {
  return `sum by (${by}) (rate(${counter}{${chosen(labels)}}[${WINDOW}]))`;
}

export function quantile(ratio: number, histogram: string, by: string, labels = ''): string {
  return `histogram_quantile(${ratio}, sum by (${by}, le) (rate(${histogram}_bucket{${chosen(labels)}}[${WINDOW}])))`;
}

/** The three lines that a panel of durations shows. */
export function quantiles(
  histogram: string,
  by: string,
  labels = '',
): readonly (readonly [string, string])[] {
  return [0.5, 0.95, 0.99].map((ratio) => {
    const legend = by
      .split(', ')
      .map((label) => `{{${label}}}`)
      .join(' ');
    return [`p${ratio * 100} ${legend}`, quantile(ratio, histogram, by, labels)] as const;
  });
}

/** A gauge that each instance shows of its own. */
export function total(gauge: string, by: string, labels = ''): string {
  return `sum by (${by}) (${gauge}{${chosen(labels)}})`;
}

/** A gauge that every instance reads from the same store. */
export function shared(gauge: string, by: string, labels = ''): string {
  return `max by (${by}) (${gauge}{${chosen(labels)}})`;
}
