import { readableLogLine } from './log-line.ts';
import type { Report } from './report.ts';
import { createStyle, formatCount, type Style } from './style.ts';
import { latencyLines } from './text-latency.ts';
import { timelineLines } from './text-timeline.ts';

export interface TextOptions {
  color: boolean;
  /** Columns of the terminal. */
  width: number;
  /** Draws the trace, given the columns there are. */
  drawTrace: (width: number, color: boolean) => string;
}

const WIDEST = 110;
const LONGEST_LOG = 6;

/** The report for a terminal. */
export function textReport(report: Report, options: TextOptions): string {
  const style = createStyle(options.color);
  const width = Math.min(WIDEST, Math.max(60, options.width));
  const lines = [
    '',
    ...heading(report, style),
    ...section('Counts', countLines(report), style),
    ...section('Latency', latencyLines(report.latencies, width, style), style),
    ...section('Circuit to the payment provider', timelineLines(report.timeline, width, style), style),
    ...traceSection(report, options, width, style),
    ...section('Checks', checkLines(report, width, style), style),
    '',
    verdictLine(report, style),
    '',
  ];
  return lines.join('\n');
}

function heading({ tookMs, engine }: Report, style: Style): string[] {
  const where = engine === 'redis' ? 'BullMQ on Redis' : 'BullMQ on SQLite, no server';
  return [
    `${style.bold('Holdfast · webhook-payments')}   ${style.dim(`${(tookMs / 1000).toFixed(1)} s, ${where}`)}`,
  ];
}

function section(title: string, lines: readonly string[], style: Style): string[] {
  return ['', style.bold(style.cyan(title)), ...lines.map((line) => `  ${line}`)];
}

function countLines({ tally }: Report): string[] {
  const n = formatCount;
  const left = n(tally.deadLettered);
  return [
    `${n(tally.sent)} deliveries sent, ${n(tally.accepted)} events accepted`,
    `${n(tally.effects)} effects, ${left} in the dead letters, ${n(tally.redriven)} redriven from there`,
    `${n(tally.duplicatesRefused)} repeats answered and not done again`,
    `refused: ${n(tally.forgedRefused)} forged, ${n(tally.staleRefused)} stale, ${n(tally.malformedRefused)} malformed, ` +
      `${n(tally.tooLargeRefused)} too large, ${n(tally.unknownProviderRefused)} for unknown providers`,
    `${n(tally.repeatedCalls)} repeated calls to the payment provider, ${n(tally.lostAnswers)} charges whose answer it never sent`,
    `${n(tally.kills)} × SIGKILL, ${n(tally.lost)} lost, ${n(tally.doubled)} doubled`,
  ];
}

function traceSection(report: Report, options: TextOptions, width: number, style: Style): string[] {
  const { trace } = report;
  if (trace === undefined) return [];
  const drawing = options
    .drawTrace(width - 2, options.color)
    .trimEnd()
    .split('\n');
  const log = trace.logLines
    .slice(0, LONGEST_LOG)
    .flatMap((line) => wrapped(readableLogLine(line), width - 2));
  const title = `One event’s way: ${trace.eventId}`;
  return [...section(title, drawing, style), ...section('The log lines of that trace', log, style)];
}

/** The figures of a check stand beside it, or under it where there is no room. */
function checkLines({ checks }: Report, width: number, style: Style): string[] {
  return checks.flatMap(({ name, holds, detail }) => {
    const claim = holds ? `${style.green('✓')} ${name}` : `${style.red('✗')} ${style.red(name)}`;
    const isShort = name.length + detail.length + 7 <= width;
    return isShort ? [`${claim}  ${style.dim(detail)}`] : [claim, `  ${style.dim(detail)}`];
  });
}

function verdictLine({ ok, checks, tally }: Report, style: Style): string {
  const failed = checks.filter((check) => !check.holds).length;
  return ok
    ? style.bold(style.green(`Nothing lost, nothing doubled; all ${checks.length} checks hold.`))
    : style.bold(
        style.red(
          `${tally.lost} lost, ${tally.doubled} doubled; ${failed} of ${checks.length} checks do not hold.`,
        ),
      );
}

/** Breaks at spaces; what follows is indented below the first line. */
function wrapped(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current);
      current = `    ${word}`;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}
