import { detailOf, errorOf, formatDuration, notesOf, plainText } from './describe.ts';
import { type Layout, layOut, type Row } from './layout.ts';
import type { TraceSpan } from './trace-span.ts';

export interface WaterfallOptions {
  /** Columns of the terminal. Default 100, at least 60. */
  width?: number;
  /** ANSI colours. Default false. */
  color?: boolean;
}

interface Columns {
  readonly name: number;
  readonly service: number;
  readonly kind: number;
  readonly duration: number;
  readonly bar: number;
}

const LEAST_WIDTH = 60;
const LEAST_BAR = 16;
const KIND_WIDTH = 8;
/** Below this the kind of a span has no room. */
const NARROW = 84;
const GAP = '  ';

/** 256-colour codes that stand apart on dark and light grounds; one per service. */
const PALETTE = [39, 78, 214, 141, 44, 205, 185, 110];
const RED = 196;
const GREY = 244;

/**
 * Draws spans as a waterfall: one line each, below its parent, with its time on a common scale. Spans of several
 * traces, as `joinLinkedTraces` returns them, are drawn on one scale, linked ones behind `⇢`.
 */
export function renderWaterfall(spans: readonly TraceSpan[], options: WaterfallOptions = {}): string {
  const layout = layOut(spans);
  if (layout.rows.length === 0) return 'no spans\n';
  const width = Math.max(LEAST_WIDTH, Math.floor(options.width ?? 100));
  const paint = options.color === true ? ansi : (text: string) => text;
  const columns = columnsFor(layout, width);
  const lines = [...headOf(layout, paint), scaleOf(layout, columns, paint)];
  for (const row of layout.rows) lines.push(...linesOf(row, layout, columns, paint));
  return `${lines.join('\n')}\n`;
}

type Paint = (text: string, color: number, bold?: boolean) => string;

function ansi(text: string, color: number, bold = false): string {
  return `\u001b[${bold ? '1;' : ''}38;5;${color}m${text}\u001b[0m`;
}

function headOf({ rows, durationMs, services }: Layout, paint: Paint): string[] {
  const traces = new Set(rows.map((row) => row.span.traceId));
  const errors = rows.filter((row) => row.span.status === 'error').length;
  const facts = [
    `${rows.length} ${rows.length === 1 ? 'span' : 'spans'}`,
    formatDuration(durationMs),
    ...(traces.size > 1 ? [`${traces.size} linked traces`] : []),
  ];
  const failed = errors === 0 ? '' : paint(` · ${errors} ${errors === 1 ? 'error' : 'errors'}`, RED);
  const first = rows[0]?.span.traceId ?? '';
  const legend = services
    .map((service) => paint(`■ ${plainText(service)}`, colorOf(service, services)))
    .join('  ');
  return [`trace ${first} · ${facts.join(' · ')}${failed}`, legend, ''];
}

function columnsFor({ rows, services }: Layout, width: number): Columns {
  const narrow = width < NARROW;
  const kind = narrow ? 0 : KIND_WIDTH;
  const duration = Math.max(...rows.map((row) => formatDuration(row.span.durationMs).length));
  const longestService = Math.max(...services.map((service) => service.length));
  const service = services.length === 1 ? 0 : Math.min(narrow ? 10 : 16, longestService);
  const taken = kind + duration + service + GAP.length * (2 + Number(kind > 0) + Number(service > 0));
  const longestLabel = Math.max(...rows.map((row) => labelOf(row).length));
  const name = Math.max(12, Math.min(longestLabel, width - taken - LEAST_BAR, Math.floor(width * 0.45)));
  return { name, service, kind, duration, bar: width - taken - name };
}

/** `0` at the left and the whole duration at the right end of the bars. */
function scaleOf({ durationMs }: Layout, columns: Columns, paint: Paint): string {
  const left = leftOfBar(columns);
  const end = formatDuration(durationMs);
  const middle = formatDuration(durationMs / 2);
  const at = Math.floor((columns.bar - middle.length) / 2);
  const hasRoom = at > 2 && at + middle.length + 2 + end.length <= columns.bar;
  const half = hasRoom ? `0${' '.repeat(at - 1)}${middle}` : '0';
  return paint(`${' '.repeat(left)}${half}${end.padStart(columns.bar - half.length)}`, GREY);
}

function leftOfBar({ name, service, kind, duration }: Columns): number {
  return name + service + kind + duration + GAP.length * (2 + Number(kind > 0) + Number(service > 0));
}

function linesOf(row: Row, layout: Layout, columns: Columns, paint: Paint): string[] {
  const { span } = row;
  const error = errorOf(span);
  const color = error === undefined ? colorOf(span.service, layout.services) : RED;
  const cells = [
    error === undefined ? fit(labelOf(row), columns.name) : paint(fit(labelOf(row), columns.name), RED),
    ...(columns.service === 0
      ? []
      : [paint(fit(plainText(span.service), columns.service), colorOf(span.service, layout.services))]),
    ...(columns.kind === 0 ? [] : [paint(span.kind.padEnd(columns.kind), GREY)]),
    formatDuration(span.durationMs).padStart(columns.duration),
    paint(barOf(span, layout, columns.bar), color),
  ];
  return [cells.join(GAP).trimEnd(), ...notesUnder(row, error, columns, paint)];
}

function notesUnder(row: Row, error: string | undefined, columns: Columns, paint: Paint): string[] {
  const indent = treeLines(row, true);
  const room = leftOfBar(columns) + columns.bar;
  const notes = notesOf(row.span).map(({ mark, text }) =>
    paint(shorten(`${indent}${mark} ${text}`, room), GREY),
  );
  return error === undefined || error === detailOf(row.span)
    ? notes
    : [...notes, paint(shorten(`${indent}✗ ${error}`, room), RED)];
}

function labelOf(row: Row): string {
  const { span } = row;
  const detail = detailOf(span);
  return `${treeLines(row, false)}${row.linked ? '⇢ ' : ''}${plainText(span.name)}${detail === undefined ? '' : ` [${detail}]`}`;
}

/** The lines that join a row to its parent; below the row itself, those that go on to its siblings. */
function treeLines({ continues, depth }: Row, below: boolean): string {
  const above = continues.slice(0, -1).map((more) => (more ? '│ ' : '  '));
  const last = continues.at(-1);
  if (depth === 0) return below ? '  ' : '';
  if (below) return `${above.join('')}${last === true ? '│ ' : '  '}  `;
  return `${above.join('')}${last === true ? '├─' : '└─'}`;
}

const LEFT_PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar in eighths of a column; however short the span, something shows. */
function barOf(span: TraceSpan, { startMs, durationMs }: Layout, width: number): string {
  const scale = durationMs === 0 ? 0 : (width * 8) / durationMs;
  const from = Math.min(width - 1, Math.floor(((span.startMs - startMs) * scale) / 8));
  const eighths = Math.max(1, Math.round(span.durationMs * scale) || (durationMs === 0 ? width * 8 : 1));
  const length = Math.min(eighths, (width - from) * 8);
  return `${' '.repeat(from)}${'█'.repeat(Math.floor(length / 8))}${LEFT_PARTS[length % 8] ?? ''}`;
}

function colorOf(service: string, services: readonly string[]): number {
  return PALETTE[services.indexOf(service) % PALETTE.length] ?? GREY;
}

function fit(text: string, width: number): string {
  return shorten(text, width).padEnd(width);
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
