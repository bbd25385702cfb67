import { detailOf, errorOf, formatDuration, notesOf, plainText, showValue } from './describe.ts';
import { type Layout, layOut, type Row } from './layout.ts';
import type { TraceSpan } from './trace-span.ts';

export interface WaterfallSvgOptions {
  /** Pixels. Default 1100, at least 640. */
  width?: number;
  /** Above the drawing. Default the name of the first span. */
  title?: string;
}

const ROW = 26;
const BAR = 14;
const HEAD = 86;
const FOOT = 18;
const PAD = 20;
const RIGHT = 24;
const LEAST_WIDTH = 640;
const INDENT = 14;
/** Advance of one character of the label font, generously. */
const CHARACTER = 6.9;
/** Kept free for the kind, between a label and the bars. */
const KIND_ROOM = 84;
const TICKS = 4;

const COLORS = ['#2f6fde', '#0f9d75', '#c27803', '#7c4ddb', '#0891b2', '#c2417c', '#768a0a', '#5b6b88'];

/**
 * The same drawing as `renderWaterfall`, as one SVG document that needs nothing else: no font, no script, no address
 * but that of the SVG namespace. It follows the reader's light or dark scheme.
 */
export function renderWaterfallSvg(spans: readonly TraceSpan[], options: WaterfallSvgOptions = {}): string {
  const layout = layOut(spans);
  const width = Math.max(LEAST_WIDTH, Math.floor(options.width ?? 1100));
  const drawing = new Drawing(layout, width);
  return drawing.render(options.title ?? layout.rows[0]?.span.name ?? 'no spans');
}

class Drawing {
  readonly #layout: Layout;
  readonly #width: number;
  readonly #left: number;

  constructor(layout: Layout, width: number) {
    this.#layout = layout;
    this.#width = width;
    this.#left = Math.round(width * 0.4);
  }

  render(title: string): string {
    const { rows } = this.#layout;
    const height = HEAD + rows.length * ROW + FOOT;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${this.#width}" height="${height}" viewBox="0 0 ${this.#width} ${height}" role="img" aria-label="${escapeXml(`Trace: ${title}`)}">`,
      STYLE,
      `<rect class="ground" width="${this.#width}" height="${height}" rx="8"/>`,
      this.#heading(title),
      this.#legend(),
      this.#scale(height),
      ...rows.map((row, index) => this.#row(row, index)),
      ...this.#links(),
      '</svg>',
      '',
    ].join('\n');
  }

  #heading(title: string): string {
    const { rows, durationMs } = this.#layout;
    const errors = rows.filter((row) => row.span.status === 'error').length;
    const facts = `${rows.length} spans · ${formatDuration(durationMs)}${errors === 0 ? '' : ` · ${errors} failed`}`;
    const trace = rows[0]?.span.traceId ?? '';
    return [
      `<text class="title" x="${PAD}" y="28">${escapeXml(shorten(title, Math.floor(this.#left / 9.6)))}</text>`,
      `<text class="facts" x="${PAD}" y="46">${escapeXml(`${facts} · trace ${trace}`)}</text>`,
    ].join('\n');
  }

  #legend(): string {
    let x = this.#left;
    return this.#layout.services
      .map((service) => {
        const label = shorten(plainText(service), 28);
        const item = `<rect x="${x}" y="19" width="10" height="10" rx="2" fill="${this.#color(service)}"/><text class="label" x="${x + 15}" y="28">${escapeXml(label)}</text>`;
        x += 34 + label.length * CHARACTER;
        return item;
      })
      .join('\n');
  }

  #scale(height: number): string {
    const { durationMs } = this.#layout;
    return Array.from({ length: TICKS + 1 }, (_, tick) => {
      const x = round(this.#left + ((this.#width - RIGHT - this.#left) * tick) / TICKS);
      const anchor = tick === 0 ? 'start' : tick === TICKS ? 'end' : 'middle';
      const label = tick === 0 ? '0' : formatDuration((durationMs * tick) / TICKS);
      return `<line class="grid" x1="${x}" x2="${x}" y1="${HEAD - 12}" y2="${height - FOOT}"/><text class="tick" x="${x}" y="${HEAD - 18}" text-anchor="${anchor}">${label}</text>`;
    }).join('\n');
  }

  #row(row: Row, index: number): string {
    const { span } = row;
    const y = HEAD + index * ROW;
    const error = errorOf(span);
    const x = PAD + row.depth * INDENT;
    const room = Math.floor((this.#left - x - KIND_ROOM) / CHARACTER);
    const detail = detailOf(span);
    const label = shorten(`${plainText(span.name)}${detail === undefined ? '' : ` [${detail}]`}`, room);
    const zebra =
      index % 2 === 0
        ? `<rect class="zebra" x="8" y="${y}" width="${this.#width - 16}" height="${ROW}" rx="3"/>`
        : '';
    return [
      `<g><title>${escapeXml(tooltip(span, error))}</title>${zebra}`,
      `${this.#branch(row, index)}<text class="${error === undefined ? 'label' : 'label failed'}" x="${x}" y="${y + 17}">${escapeXml(label)}</text>`,
      `<text class="tick" x="${this.#left - 14}" y="${y + 17}" text-anchor="end">${span.kind}</text>`,
      this.#bar(span, y, error !== undefined),
      this.#notes(span, y),
      '</g>',
    ].join('');
  }

  /** The elbow from the parent's label to this one. */
  #branch(row: Row, index: number): string {
    if (row.parent === undefined) return '';
    const x = PAD + (row.depth - 1) * INDENT + 4;
    const from = HEAD + this.#layout.rows.indexOf(row.parent) * ROW + ROW - 5;
    const to = HEAD + index * ROW + ROW / 2;
    return `<path class="${row.linked ? 'branch linked' : 'branch'}" d="M${x} ${from}V${to}h7"/>`;
  }

  #bar(span: TraceSpan, rowY: number, failed: boolean): string {
    const x = this.#x(span.startMs);
    const width = Math.max(2, round(this.#x(span.startMs + span.durationMs) - x));
    const y = rowY + (ROW - BAR) / 2;
    const text = `${formatDuration(span.durationMs)}${failed ? ' ✗' : ''}`;
    const inside = width > text.length * CHARACTER + 10;
    const fitsRight = x + width + text.length * CHARACTER + 8 < this.#width - 8;
    const textX = inside ? x + 6 : fitsRight ? x + width + 5 : x - 5;
    const anchor = inside || fitsRight ? 'start' : 'end';
    const kind = inside ? 'time inside' : failed ? 'time failed' : 'time';
    return `<rect class="${failed ? 'bar broken' : 'bar'}" x="${x}" y="${y}" width="${width}" height="${BAR}" rx="2.5"${failed ? '' : ` fill="${this.#color(span.service)}"`}/><text class="${kind}" x="${round(textX)}" y="${y + 11}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
  }

  /** Retries and circuit transitions as marks on the time line. */
  #notes(span: TraceSpan, rowY: number): string {
    return notesOf(span)
      .map(({ timeMs, text }) => {
        const x = this.#x(timeMs);
        const y = rowY + ROW / 2;
        return `<path class="mark" d="M${x} ${y - 5}l4.5 5l-4.5 5l-4.5 -5z"><title>${escapeXml(text)}</title></path>`;
      })
      .join('');
  }

  /** Dashed curves from a producer to the traces linked to it. */
  #links(): string[] {
    const { rows } = this.#layout;
    return rows.flatMap((row, index) => {
      if (!row.linked || row.parent === undefined) return [];
      const parentIndex = rows.indexOf(row.parent);
      const from = row.parent.span;
      const [x1, y1] = [
        this.#x(from.startMs + from.durationMs),
        HEAD + parentIndex * ROW + ROW / 2 + BAR / 2,
      ];
      const [x2, y2] = [this.#x(row.span.startMs), HEAD + index * ROW + ROW / 2];
      return [`<path class="link" d="M${x1} ${y1}C${x1} ${y2} ${x1} ${y2} ${x2} ${y2}"/>`];
    });
  }

  #x(timeMs: number): number {
    const { startMs, durationMs } = this.#layout;
    const share = durationMs === 0 ? 0 : (timeMs - startMs) / durationMs;
    return round(this.#left + Math.min(1, Math.max(0, share)) * (this.#width - RIGHT - this.#left));
  }

  #color(service: string): string {
    return COLORS[this.#layout.services.indexOf(service) % COLORS.length] ?? '#5b6b88';
  }
}

const STYLE = `<style>
text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:11.5px}
.ground{fill:#fff}.title{font-size:15px;font-weight:600;fill:#16202e}.facts,.tick{fill:#66738a}.label{fill:#16202e}
.tick{font-size:10.5px}.grid{stroke:#dfe5ee;stroke-width:1}.zebra{fill:#f5f7fb}.branch{fill:none;stroke:#b6c0d0}
.linked{stroke-dasharray:2 2}.time{fill:#4a576c;font-size:10.5px}.inside{fill:#fff}.broken{fill:#d33b3b}
.failed{fill:#c22f2f}.mark{fill:#f5b301;stroke:#7a5900;stroke-width:.7}.link{fill:none;stroke:#8793a8;stroke-dasharray:4 3}
@media (prefers-color-scheme:dark){.ground{fill:#10161f}.title,.label{fill:#e6ebf3}.facts,.tick{fill:#93a1b8}
.grid{stroke:#273142}.zebra{fill:#161e2a}.branch{stroke:#4a576c}.time{fill:#b4c0d2}.failed{fill:#ff8080}.inside{fill:#fff}}
</style>`;

function tooltip(span: TraceSpan, error: string | undefined): string {
  const lines = [
    `${plainText(span.name)} · ${span.kind} · ${plainText(span.service)}`,
    formatDuration(span.durationMs),
  ];
  if (error !== undefined) lines.push(`failed: ${error}`);
  for (const note of notesOf(span)) lines.push(note.text);
  for (const [key, value] of Object.entries(span.attributes)) lines.push(`${key} = ${showValue(value)}`);
  return lines.join('\n');
}

function escapeXml(text: string): string {
  return text
    .split('\n')
    .map(plainText)
    .join('\n')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

function shorten(text: string, characters: number): string {
  return text.length <= characters
    ? text
    : `${text.slice(0, Math.max(1, characters - 1)).replace(/[\ud800-\udbff]$/, '')}…`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
