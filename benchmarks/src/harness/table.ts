import type { Row } from './rows.ts';

export interface TableOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
}

const BAR_CELLS = 20;
const SHORT_OF_TARGET = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const MARKER = '│';
/** Where a bar ends that reaches its target exactly; what exceeds it fills the rest. */
const TARGET_CELL = 12;
const MIN_WIDTH = 80;
const MAX_WIDTH = 120;
/** Margins, the figure, its target and the verdict. */
const FIGURES_WIDTH = 28;
const GREEN = '32';
const RED = '31';
const DIM = '2';
const BOLD = '1';

/**
 * The results for a person: one line per comparison with a target, its bar drawn against the target's mark, then
 * the lines without one.
 */
export function renderTable(rows: readonly Row[], options: TableOptions): string {
  const paint = (text: string, code: string) => (options.color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const width = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, options.width));
  const lines: string[] = [];
  for (const area of new Set(rows.map((row) => row.area))) {
    lines.push('', paint(area, BOLD));
    for (const row of rows.filter((candidate) => candidate.area === area)) {
      lines.push(...renderRow(row, width, paint));
    }
  }
  lines.push('', verdict(rows, paint));
  return lines.join('\n');
}

type Paint = (text: string, code: string) => string;

function renderRow(row: Row, width: number, paint: Paint): string[] {
  const figure = row.ratio === null ? format(row.value) : `${format(row.ratio)}x`;
  const right = `${figure.padStart(8)} ${targetText(row).padEnd(10)} ${barOf(row, paint)} ${mark(row, paint)}`;
  const room = width - FIGURES_WIDTH - BAR_CELLS;
  return [
    `  ${row.case.slice(0, room).padEnd(room)} ${right}`,
    paint(`    ${details(row)}`.slice(0, width), DIM),
  ];
}

function details(row: Row): string {
  const value = `${format(row.value)} ${row.unit}`;
  const against =
    row.againstValue === null ? '' : `; ${row.against ?? ''}: ${format(row.againstValue)} ${row.unit}`;
  const [low, high] = row.spread;
  return `${value}${against} (middle half of the rounds ${format(low)} to ${format(high)})`;
}

function targetText(row: Row): string {
  if (row.target === null) return '';
  return `${row.bound === 'min' ? '>=' : '<='} ${format(row.target)}`;
}

function mark(row: Row, paint: Paint): string {
  if (row.met === null) return '';
  return row.met ? paint('met', GREEN) : paint('MISS', RED);
}

/** The figure as a bar in which the target has its fixed place; without a target a ratio of 1 has it. */
function barOf(row: Row, paint: Paint): string {
  const figure = row.ratio ?? row.value;
  const reference = row.target ?? (row.ratio === null ? undefined : 1);
  if (reference === undefined || reference <= 0) return ' '.repeat(BAR_CELLS);
  const cells = bar((figure / reference) * TARGET_CELL);
  const marked = `${cells.slice(0, TARGET_CELL)}${MARKER}${cells.slice(TARGET_CELL + 1)}`;
  if (row.met === null) return paint(marked, DIM);
  return paint(marked, row.met ? GREEN : RED);
}

function bar(length: number): string {
  const clamped = Math.min(Math.max(length, 0), BAR_CELLS);
  const whole = Math.floor(clamped);
  const eighths = Math.floor((clamped - whole) * SHORT_OF_TARGET.length);
  const partial = eighths === 0 ? '' : (SHORT_OF_TARGET[eighths - 1] ?? '');
  return `${'█'.repeat(whole)}${partial}`.padEnd(BAR_CELLS);
}

function verdict(rows: readonly Row[], paint: Paint): string {
  const judged = rows.filter((row) => row.met !== null);
  const missed = judged.filter((row) => row.met === false);
  if (missed.length === 0) return paint(`${judged.length} of ${judged.length} targets met`, GREEN);
  return paint(
    `${judged.length - missed.length} of ${judged.length} targets met, ${missed.length} missed`,
    RED,
  );
}

/** Three significant digits, thousands in full. */
export function format(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 1_000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
