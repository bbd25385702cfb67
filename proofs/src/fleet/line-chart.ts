/** A line chart as a self-contained SVG that is legible on light and on dark. */
export interface Line {
  readonly label: string;
  /** One of the colours, from 1 to 3; 0 for the plain text colour. */
  readonly colour: 0 | 1 | 2 | 3;
  readonly dashed?: boolean;
  /** By x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xRange: readonly [number, number];
  readonly xTick: number;
  readonly yTicks: readonly number[];
  readonly logarithmic?: boolean;
  /** A stretch of x with a name. */
  readonly band: { readonly from: number; readonly to: number; readonly label: string };
  readonly lines: readonly Line[];
}

const WIDTH = 760;
const HEIGHT = 360;
const LEFT = 72;
const RIGHT = 16;
const TOP = 78;
const BOTTOM = 48;
const LEGEND_STEP = 228;

const STYLE = `
svg{background:#fff;font:13px system-ui,sans-serif}
text{fill:#24292f}.title{font-size:15px;font-weight:600}.axis{fill:#57606a}
.grid{stroke:#d0d7de;stroke-width:1}.band{fill:#eaeef2}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.c0{stroke:#57606a}.c1{stroke:#0969da}.c2{stroke:#bc4c00}.c3{stroke:#1a7f37}
@media(prefers-color-scheme:dark){
svg{background:#0d1117}text{fill:#e6edf3}.axis{fill:#9198a1}
.grid{stroke:#30363d}.band{fill:#1c2230}
.c0{stroke:#9198a1}.c1{stroke:#58a6ff}.c2{stroke:#ffa657}.c3{stroke:#56d364}}`;

export function lineChart(chart: Chart): string {
  const { title, xLabel, yLabel, xRange, xTick, yTicks, band, lines } = chart;
  const [xMin, xMax] = xRange;
  const xOf = (x: number) => LEFT + ((x - xMin) / (xMax - xMin)) * (WIDTH - LEFT - RIGHT);
  const yOf = yScale(chart);
  const bottom = HEIGHT - BOTTOM;
  const parts = [
    `<rect class="band" x="${px(xOf(band.from))}" y="${TOP}" width="${px(xOf(band.to) - xOf(band.from))}" height="${bottom - TOP}"/>`,
    text((xOf(band.from) + xOf(band.to)) / 2, TOP + 16, band.label, 'class="axis" text-anchor="middle"'),
    ...yTicks.map(
      (tick) =>
        `<path class="grid" d="M${LEFT} ${px(yOf(tick))}H${WIDTH - RIGHT}"/>${text(LEFT - 8, yOf(tick) + 4, tick.toLocaleString('en-US'), 'class="axis" text-anchor="end"')}`,
    ),
    ...ticksOf(xMin, xMax, xTick).map((tick) =>
      text(xOf(tick), bottom + 18, `${tick}`, 'class="axis" text-anchor="middle"'),
    ),
    ...lines.map((line) => `<path class="line c${line.colour}"${dash(line)} d="${pathOf(line, xOf, yOf)}"/>`),
    ...lines.map((line, index) => legend(line, LEFT + index * LEGEND_STEP)),
    text(LEFT, 24, title, 'class="title"'),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, xLabel, 'class="axis" text-anchor="middle"'),
    text(
      0,
      0,
      yLabel,
      `class="axis" text-anchor="middle" transform="translate(16 ${(TOP + bottom) / 2}) rotate(-90)"`,
    ),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}"><style>${STYLE}</style>\n${parts.join('\n')}\n</svg>\n`;
}

function yScale({ yTicks, logarithmic }: Chart): (y: number) => number {
  const scale = logarithmic === true ? Math.log10 : (y: number) => y;
  const lowest = Math.min(...yTicks);
  const highest = Math.max(...yTicks);
  const span = scale(highest) - scale(lowest);
  return (y) => {
    const share = (scale(Math.min(highest, Math.max(lowest, y))) - scale(lowest)) / span;
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
  };
}

function ticksOf(min: number, max: number, step: number): number[] {
  return Array.from({ length: Math.floor((max - min) / step) + 1 }, (_, index) => min + index * step);
}

function pathOf({ points }: Line, xOf: (x: number) => number, yOf: (y: number) => number): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${px(xOf(x))} ${px(yOf(y))}`).join('');
}

function legend(line: Line, x: number): string {
  return `<path class="line c${line.colour}"${dash(line)} d="M${x} 50h28"/>${text(x + 36, 54, line.label, '')}`;
}

function dash({ dashed }: Line): string {
  return dashed === true ? ' stroke-dasharray="6 4"' : '';
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${px(x)}" y="${px(y)}" ${attributes}>${escaped(content)}</text>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
