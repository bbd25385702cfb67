import type { Report } from './report.ts';
import { formatCount } from './style.ts';
import { latencyRows } from './svg-latency.ts';
import { escapeXml, heading, type Part, rect, STYLE, text, WIDTH } from './svg-parts.ts';
import { timelinePart } from './svg-timeline.ts';

const MARGIN = 32;
const GAP = 28;

/** The report as one picture that needs nothing else. @param waterfall an SVG of the trace */
export function svgReport(report: Report, waterfall: string | undefined): string {
  const parts = [
    titlePart(report),
    countsPart(report),
    latencyRows(report.latencies),
    timelinePart(report.timeline),
    ...(waterfall === undefined ? [] : [waterfallPart(waterfall)]),
    checksPart(report),
  ];
  let y = MARGIN;
  const placed = parts.map((part) => {
    const group = `<g transform="translate(${MARGIN} ${y})">${part.content}</g>`;
    y += Math.ceil(part.height) + GAP;
    return group;
  });
  const width = WIDTH + 2 * MARGIN;
  const height = y - GAP + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" role="img">
<title>Report of the webhook-payments demo</title>
${STYLE}
${rect(0, 0, width, height, 'ground', 12)}
${placed.join('\n')}
</svg>
`;
}

function titlePart({ ok, tookMs, engine, tally, checks }: Report): Part {
  const verdict = ok
    ? `Nothing lost, nothing doubled; all ${checks.length} checks hold`
    : `${tally.lost} lost, ${tally.doubled} doubled`;
  const where = engine === 'redis' ? 'BullMQ on Redis' : 'BullMQ on SQLite, no server';
  const facts = `${(tookMs / 1000).toFixed(1)} s · ${where}`;
  const content = [
    text(0, 22, 'Holdfast · webhook-payments', { size: 22, weight: 600 }),
    text(0, 48, verdict, { size: 15, weight: 600, tone: ok ? 'good' : 'bad' }),
    text(WIDTH, 22, facts, { tone: 'muted', anchor: 'end' }),
  ];
  return { height: 52, content: content.join('') };
}

const TILES_PER_ROW = 5;
const TILE_GAP = 12;

function countsPart({ tally }: Report): Part {
  const tiles: [label: string, value: number][] = [
    ['deliveries sent', tally.sent],
    ['events accepted', tally.accepted],
    ['effects', tally.effects],
    ['lost', tally.lost],
    ['doubled', tally.doubled],
    ['repeats, done once', tally.duplicatesRefused],
    ['forged, refused', tally.forgedRefused],
    ['dead letters left', tally.deadLettered],
    ['redriven', tally.redriven],
    ['SIGKILL', tally.kills],
  ];
  const width = (WIDTH - (TILES_PER_ROW - 1) * TILE_GAP) / TILES_PER_ROW;
  const content = tiles.map(([label, value], index) => {
    const x = (index % TILES_PER_ROW) * (width + TILE_GAP);
    const y = Math.floor(index / TILES_PER_ROW) * 76;
    const figure = text(14, 30, formatCount(value), { size: 22, weight: 600 });
    const name = text(14, 51, label, { size: 12, tone: 'muted' });
    return `<g transform="translate(${x} ${y})">${rect(0, 0, width, 64, 'panel', 8)}${figure}${name}</g>`;
  });
  return { height: 140, content: content.join('') };
}

/** As an image of its own: the rules of its style sheet must not reach the rest. */
function waterfallPart(waterfall: string): Part {
  const sizeOf = (name: string, fallback: number) =>
    Number(new RegExp(`<svg[^>]*\\b${name}="([\\d.]+)`).exec(waterfall)?.[1] ?? fallback);
  const height = (sizeOf('height', 300) / sizeOf('width', WIDTH)) * WIDTH;
  const data = `data:image/svg+xml;base64,${Buffer.from(waterfall).toString('base64')}`;
  const image = `<image y="24" width="${WIDTH}" height="${Math.ceil(height)}" href="${data}"/>`;
  return { height: 24 + height, content: heading('One event’s way') + image };
}

function checksPart({ checks }: Report): Part {
  const rows = checks.map(({ name, holds, detail }, index) => {
    const y = 36 + index * 21;
    const mark = text(0, y, holds ? '✓' : '✗', { tone: holds ? 'good' : 'bad', weight: 600 });
    const figures = `<tspan class="muted" font-size="11.5" dx="8">${escapeXml(detail)}</tspan>`;
    return `${mark}<text class="ink" x="18" y="${y}" font-size="13">${escapeXml(name)}${figures}</text>`;
  });
  return { height: 36 + checks.length * 21, content: heading('Checks') + rows.join('') };
}
