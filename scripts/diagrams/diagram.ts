/** A picture of boxes and arrows, laid out by hand; light and dark follow the reader's settings. */
export interface Diagram {
  /** What a screen reader says first. */
  readonly title: string;
  /** What the picture shows, for whoever cannot see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly boxes: Readonly<Record<string, Box>>;
  readonly arrows: readonly Arrow[];
  readonly notes?: readonly Note[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The first line is the heading. */
  readonly lines: readonly string[];
  /** `durable` is on a disk before the next step, `state` is a state of something, `frame` goes around others. */
  readonly kind?: 'durable' | 'state' | 'frame';
}

export type Side = 'top' | 'right' | 'bottom' | 'left';

/** An end of an arrow: a box, a side of it, and how far along that side from its middle. */
export type End = readonly [box: string, side: Side, offset?: number];

export interface Arrow {
  readonly from: End;
  readonly to: End;
  readonly label?: readonly string[];
  /** Where the label's middle is, when not in the middle of the arrow. */
  readonly labelAt?: readonly [x: number, y: number];
  readonly dashed?: boolean;
}

export interface Note {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

const LINE_HEIGHT = 17;
/** How far an arrow between two tops keeps from them. */
const DETOUR = 24;

const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .head { font-weight: 600 } .small { font-size: 12px; fill: #57606a }
    .box { fill: #f6f8fa; stroke: #8c959f } .durable { fill: #dafbe1; stroke: #1a7f37 }
    .state { fill: #ddf4ff; stroke: #0969da } .frame { fill: none; stroke: #8c959f; stroke-dasharray: 5 4 }
    .arrow { fill: none; stroke: #57606a; stroke-width: 1.5 } .tip { fill: #57606a } .dashed { stroke-dasharray: 5 4 }
    .paper { fill: #ffffff }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .small { fill: #9ea7b3 } .paper { fill: #0d1117 }
      .box { fill: #161b22; stroke: #6e7681 } .durable { fill: #12261e; stroke: #3fb950 }
      .state { fill: #121d2f; stroke: #58a6ff } .frame { stroke: #6e7681 }
      .arrow { stroke: #9ea7b3 } .tip { fill: #9ea7b3 }
    }
  `;

export function drawDiagram({
  title,
  description,
  width,
  height,
  boxes,
  arrows,
  notes = [],
}: Diagram): string {
  const parts = [
    ...Object.values(boxes).map(drawBox),
    ...arrows.map((arrow) => drawArrow(arrow, boxes)),
    ...notes.map(({ x, y, text, anchor = 'start' }) => drawText(text, x, y, 'small', anchor)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">
  <title id="title">${escaped(title)}</title>
  <desc id="description">${escaped(description)}</desc>
  <style>${STYLE}</style>
  <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>
  <rect class="paper" width="${width}" height="${height}" rx="8"/>
  ${parts.join('\n  ')}
</svg>
`;
}

function drawBox({ x, y, width, height, lines, kind }: Box): string {
  const rectangle = `<rect class="${kind ?? 'box'}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${kind === 'state' ? 18 : 6}"/>`;
  const first = kind === 'frame' ? y + 18 : y + (height - (lines.length - 1) * LINE_HEIGHT) / 2 + 4.5;
  const texts = lines.map((line, index) =>
    drawText(line, x + width / 2, first + index * LINE_HEIGHT, index === 0 ? 'head' : 'small', 'middle'),
  );
  return [rectangle, ...texts].join('');
}

function drawArrow({ from, to, label = [], labelAt, dashed }: Arrow, boxes: Diagram['boxes']): string {
  const [startX, startY] = pointOf(from, boxes);
  const [endX, endY] = pointOf(to, boxes);
  const isAcross = from[1] === 'left' || from[1] === 'right';
  const endsAcross = to[1] === 'left' || to[1] === 'right';
  const middleX = (startX + endX) / 2;
  const isOverhead = from[1] === 'top' && to[1] === 'top';
  const middleY = isOverhead ? Math.min(startY, endY) - DETOUR : (startY + endY) / 2;
  let path = `M${startX} ${startY}`;
  if (isAcross && endsAcross) path += startY === endY ? '' : `H${middleX}V${endY}`;
  else if (!isAcross && !endsAcross) path += startX === endX ? '' : `V${middleY}H${endX}`;
  else path += isAcross ? `H${endX}` : `V${endY}`;
  path += `L${endX} ${endY}`;
  const [labelX, labelY] = labelAt ?? [middleX, middleY - 6 - (label.length - 1) * LINE_HEIGHT];
  const texts = label.map((line, index) =>
    drawText(line, labelX, labelY + index * LINE_HEIGHT, 'small', 'middle'),
  );
  return `<path class="arrow${dashed === true ? ' dashed' : ''}" d="${path}" marker-end="url(#tip)"/>${texts.join('')}`;
}

function pointOf([name, side, offset = 0]: End, boxes: Diagram['boxes']): readonly [number, number] {
  const box = boxes[name];
  if (box === undefined) throw new Error(`There is no box "${name}".`);
  const { x, y, width, height } = box;
  if (side === 'left' || side === 'right') return [side === 'left' ? x : x + width, y + height / 2 + offset];
  return [x + width / 2 + offset, side === 'top' ? y : y + height];
}

function drawText(text: string, x: number, y: number, style: string, anchor: string): string {
  return `<text class="${style}" x="${x}" y="${y}" text-anchor="${anchor}">${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
