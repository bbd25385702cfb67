import { TraceFileError } from '../errors.ts';
import { type JsonTraces, spansOf } from './otlp-json.ts';
import type { TraceSpan } from './trace-span.ts';

export interface ReadSpansOptions {
  /** Keeps only spans for which this is true, so that a long file needs little memory. Default all. */
  filter?: (span: TraceSpan) => boolean;
}

/**
 * Reads the spans that `exporter: { file }`, or any OTLP file exporter, has written, in the order of the file. A line
 * that a crash left unfinished is skipped.
 * @throws TraceFileError when the file cannot be read
 */
export async function readSpans(path: string, options: ReadSpansOptions = {}): Promise<TraceSpan[]> {
  const { filter = () => true } = options;
  // Loaded by whoever reads traces, not with the package: a service only writes them.
  const { createReadStream } = process.getBuiltinModule('node:fs');
  const { createInterface } = process.getBuiltinModule('node:readline');
  const spans: TraceSpan[] = [];
  const lines = createInterface({
    input: createReadStream(path, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  try {
    for await (const line of lines) {
      for (const span of readLine(line)) if (filter(span)) spans.push(span);
    }
  } catch (cause) {
    throw new TraceFileError(path, 'read', cause);
  }
  return spans;
}

function readLine(line: string): TraceSpan[] {
  try {
    const traces: unknown = JSON.parse(line);
    return typeof traces === 'object' && traces !== null ? spansOf(traces as JsonTraces) : [];
  } catch {
    return [];
  }
}
