import type { Latencies, TopReport } from './report.ts';
import { type Table, tableLines } from './table.ts';
import { fitted, harmless } from './terminal-text.ts';
import { bytes, duration, milliseconds, percent, perSecond } from './units.ts';

export interface ViewSize {
  readonly columns: number;
  readonly rows: number;
}

/** The screen as lines, none wider and no more of them than there is room for. */
export function viewLines(report: TopReport, size: ViewSize): readonly string[] {
  const { columns, rows } = size;
  const head = headLines(report).map((line) => fitted(line, columns));
  const states = [circuitTable(report), queueTable(report), cacheTable(report)]
    .filter((table) => table.rows.length > 0)
    .flatMap((table) => ['', ...tableLines(table, columns)]);
  // What is short and tells of trouble comes first; routes get the rest of the screen.
  const room = rows - head.length - states.length;
  const routes = room < 3 ? [] : ['', ...tableLines(routeTable(report, room - 2), columns)];
  return [...head, ...states, ...routes].slice(0, rows);
}

function headLines({ requests, process }: TopReport): string[] {
  const { perSecond: rate, failedRatio, inProgress } = requests;
  const { cpu, rssBytes, heapUsedBytes, eventLoopLagMs } = process;
  return [
    `requests ${perSecond(rate)}/s  failed ${percent(failedRatio)}  ${latencies(requests)}  in progress ${inProgress}`,
    `process  cpu ${percent(cpu)}  memory ${bytes(rssBytes)}  heap ${bytes(heapUsedBytes)}  event loop lag ${milliseconds(eventLoopLagMs)}`,
  ];
}

/** Who is watched, and how it is. @param trouble what the last look met, undefined when it answered */
export function titleLine(
  report: TopReport | undefined,
  url: string,
  trouble: string | undefined,
  columns: number,
): string {
  const state = trouble === undefined ? `up ${duration(report?.process.upSeconds)}` : `NO ANSWER: ${trouble}`;
  return fitted(
    `${harmless(report?.service ?? 'holdfast-top')}  ${harmless(url)}  ${harmless(state)}`,
    columns,
  );
}

function latencies({ p50Ms, p95Ms, p99Ms }: Latencies): string {
  return `p50 ${milliseconds(p50Ms)}  p95 ${milliseconds(p95Ms)}  p99 ${milliseconds(p99Ms)}`;
}

function routeTable({ routes }: TopReport, most: number): Table {
  return {
    head: ['ROUTE', 'req/s', 'failed', 'p50', 'p95', 'p99'],
    rows: routes
      .slice(0, most)
      .map((one) => [
        `${one.method} ${one.route}`,
        perSecond(one.perSecond),
        percent(one.failedRatio),
        milliseconds(one.p50Ms),
        milliseconds(one.p95Ms),
        milliseconds(one.p99Ms),
      ]),
  };
}

function circuitTable({ circuits }: TopReport): Table {
  return {
    head: ['CIRCUIT', 'state', 'calls/s', 'failed/s', 'refused/s'],
    rows: circuits.map((one) => [
      one.circuit,
      one.state === 'closed' ? 'closed' : one.state.toUpperCase(),
      perSecond(one.callsPerSecond),
      perSecond(one.failuresPerSecond),
      perSecond(one.rejectedPerSecond),
    ]),
  };
}

function queueTable({ queues }: TopReport): Table {
  return {
    head: [
      'QUEUE',
      'dead',
      'oldest',
      'waiting',
      'active',
      'delayed',
      'spooled',
      'done/s',
      'p50',
      'p95',
      'p99',
    ],
    rows: queues.map((one) => [
      one.queue,
      String(one.deadLetters),
      milliseconds(one.oldestJobAgeMs),
      String(one.waiting),
      String(one.active),
      String(one.delayed),
      String(one.spooled),
      perSecond(one.donePerSecond),
      milliseconds(one.p50Ms),
      milliseconds(one.p95Ms),
      milliseconds(one.p99Ms),
    ]),
  };
}

function cacheTable({ caches }: TopReport): Table {
  return {
    head: ['CACHE', 'hits', 'req/s', 'values', 'size'],
    rows: caches.map((one) => [
      one.cache,
      percent(one.hitRatio),
      perSecond(one.perSecond),
      String(one.keys),
      bytes(one.sizeBytes),
    ]),
  };
}
