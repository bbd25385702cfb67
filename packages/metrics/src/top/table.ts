import { fitted, harmless, padded, widthOf } from './terminal-text.ts';

/** The first column is text and takes what room is left; the others are figures. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const GAP = '  ';
const NARROWEST_NAME = 8;

/** Lines of at most `width` columns. Figures that do not fit are left out from the right. */
export function tableLines({ head, rows }: Table, width: number): readonly string[] {
  const lines = [head, ...rows].map((line) => line.map(harmless));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  const shown = columnsThatFit(widths, width);
  const figures = widths.slice(1, shown).reduce((sum, one) => sum + one + GAP.length, 0);
  const name = Math.max(0, Math.min(widths[0] ?? 0, width - figures));
  return lines.map((line) =>
    line
      .slice(0, shown)
      .map((cell, column) =>
        column === 0 ? padded(fitted(cell, name), name, false) : padded(cell, widths[column] ?? 0, true),
      )
      .join(GAP),
  );
}

function columnsThatFit(widths: readonly number[], width: number): number {
  let used = Math.min(widths[0] ?? 0, NARROWEST_NAME);
  let columns = 1;
  for (const one of widths.slice(1)) {
    used += one + GAP.length;
    if (used > width) break;
    columns += 1;
  }
  return columns;
}
