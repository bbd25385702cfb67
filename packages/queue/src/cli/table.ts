import { fit, pad, printable, width } from './terminal-text.ts';

const GAP = 2;
/** A column is not cut below this, and the last one not below twice of it. */
const NARROWEST = 8;

/**
 * A table for a terminal, each row on one line: where it would be wider than `columns`, the last column is cut first,
 * then the widest.
 */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string {
  const cells = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, index) => Math.max(...cells.map((row) => width(row[index] ?? ''))));
  shrink(widths, columns);
  return cells.map((row) => renderRow(row, widths)).join('\n');
}

function shrink(widths: number[], columns: number): void {
  const last = widths.length - 1;
  let surplus = Math.max(0, widths.reduce((sum, one) => sum + one + GAP, -GAP) - columns);
  const take = (index: number, floor: number) => {
    const cut = Math.min(surplus, Math.max(0, (widths[index] ?? 0) - floor));
    widths[index] = (widths[index] ?? 0) - cut;
    surplus -= cut;
  };
  take(last, 2 * NARROWEST);
  const widestFirst = widths.map((_, index) => index).sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
  for (const index of widestFirst) take(index, NARROWEST);
}

function renderRow(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, index) => pad(fit(cell, widths[index] ?? 0), widths[index] ?? 0))
    .join(' '.repeat(GAP))
    .trimEnd();
}
