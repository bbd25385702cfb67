#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { TraceFileError } from '../errors.ts';
import { joinLinkedTraces } from './join-traces.ts';
import { readSpans } from './read-spans.ts';
import { renderWaterfallSvg } from './svg.ts';
import { traceList } from './trace-list.ts';
import { renderWaterfall } from './waterfall.ts';

const USAGE = `Usage: holdfast-trace FILE [traceId] [--svg]

Draws a trace from a file of exported spans (OTLP/JSON lines), with the traces
linked to it. Without a trace id it draws the only one, or lists what there is;
the first digits of an id are enough. --svg writes an SVG document instead.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { svg: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  const [file, wanted = ''] = positionals;
  if (values.help || file === undefined || positionals.length > 2) {
    (values.help ? process.stdout : process.stderr).write(`${USAGE}\n`);
    return values.help ? 0 : 2;
  }
  const spans = await readSpans(file);
  const traceIds = [...new Set(spans.map(({ traceId }) => traceId))].filter((id) => id.startsWith(wanted));
  const [only] = traceIds;
  if (only === undefined) {
    process.stderr.write(`${file} holds no trace${wanted === '' ? '' : ' whose id begins like that'}.\n`);
    return 1;
  }
  const trace = joinLinkedTraces(spans, only);
  const isWhole = traceIds.every((id) => trace.some(({ traceId }) => traceId === id));
  if (!isWhole) {
    process.stdout.write(`${traceList(spans, traceIds)}\n`);
    return 0;
  }
  const { columns, isTTY } = process.stdout as { columns?: number; isTTY?: boolean };
  process.stdout.write(
    `${values.svg ? renderWaterfallSvg(trace) : renderWaterfall(trace, { width: columns ?? 100, color: isTTY === true })}\n`,
  );
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isKnown =
    error instanceof TraceFileError ||
    (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  process.stderr.write(isKnown ? `${(error as Error).message}\n` : `${String((error as Error).stack)}\n`);
  process.exitCode = isKnown ? 2 : 70;
}
