import type { Latency } from './latencies.ts';
import { formatMs, type Style } from './style.ts';

const NAME_WIDTH = 24;
const FIGURE_WIDTH = 10;

/**
 * One bar for each row on a scale of powers of ten, 1 ms at its left end: full up to p50, medium up to p95, light up
 * to p99.
 */
export function latencyLines(rows: readonly Latency[], width: number, style: Style): string[] {
  const barWidth = Math.max(10, width - NAME_WIDTH - 3 * FIGURE_WIDTH - 6);
  const longest = Math.max(10, ...rows.map((row) => row.p99Ms));
  const columns = (ms: number) => Math.round(scaled(ms, longest) * barWidth);
  const header = [''.padEnd(NAME_WIDTH), ...['p50', 'p95', 'p99'].map((name) => name.padStart(FIGURE_WIDTH))];
  return [
    style.dim(header.join('')),
    ...rows.map((row) => {
      const figures = [row.p50Ms, row.p95Ms, row.p99Ms]
        .map((ms) => formatMs(ms).padStart(FIGURE_WIDTH))
        .join('');
      const [p50, p95, p99] = [columns(row.p50Ms), columns(row.p95Ms), columns(row.p99Ms)];
      const bar = '█'.repeat(p50) + '▓'.repeat(p95 - p50) + '░'.repeat(p99 - p95);
      return `${row.name.padEnd(NAME_WIDTH)}${figures}  ${style.cyan(bar)}`;
    }),
  ];
}

/** 0 to 1 on a scale of powers of ten from 1 ms to `longestMs`. */
export function scaled(ms: number, longestMs: number): number {
  return ms <= 1 ? 0 : Math.log10(ms) / Math.log10(longestMs);
}
