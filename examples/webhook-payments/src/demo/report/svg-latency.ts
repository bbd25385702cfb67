import type { Latency } from './latencies.ts';
import { formatMs } from './style.ts';
import { heading, type Part, rect, text, WIDTH } from './svg-parts.ts';
import { scaled } from './text-latency.ts';

const NAME_WIDTH = 150;
const FIGURE_WIDTH = 80;
const BAR_X = NAME_WIDTH + 3 * FIGURE_WIDTH + 20;
const ROW_HEIGHT = 24;
const LAYERS = ['fainter', 'faint', 'accent'] as const;

/** p50, p95 and p99 of each row as one bar on a scale of powers of ten. */
export function latencyRows(rows: readonly Latency[]): Part {
  const longest = Math.max(10, ...rows.map((row) => row.p99Ms));
  const figureX = (column: number) => NAME_WIDTH + (column + 1) * FIGURE_WIDTH;
  const names = ['p50', 'p95', 'p99'].map((name, column) =>
    text(figureX(column), 34, name, { size: 12, tone: 'muted', anchor: 'end' }),
  );
  const lines = rows.map((row, index) => {
    const y = 56 + index * ROW_HEIGHT;
    const figures = [row.p50Ms, row.p95Ms, row.p99Ms];
    const numbers = figures.map((ms, column) => text(figureX(column), y, formatMs(ms), { anchor: 'end' }));
    const bars = LAYERS.map((tone, layer) =>
      rect(BAR_X, y - 11, scaled(figures[2 - layer] ?? 0, longest) * (WIDTH - BAR_X), 13, tone),
    );
    return text(0, y, row.name) + numbers.join('') + bars.join('');
  });
  const content = heading('Latency, outage and crashes included') + names.join('') + lines.join('');
  return { height: 46 + rows.length * ROW_HEIGHT, content };
}
