import { SpanKind } from '../otel-api.ts';
import type { SpanData } from '../span-data.ts';
import type { SinkStats, SpanSink } from './sink.ts';

/** Where lines go; `process.stdout` by shape. */
export interface LineOutput {
  write(text: string): unknown;
}

/** One line per ended span, for a developer's terminal. */
export class ConsoleSink implements SpanSink {
  readonly #output: LineOutput;
  #exported = 0;

  constructor(output: LineOutput = process.stdout) {
    this.#output = output;
  }

  add(span: SpanData): void {
    this.#output.write(`${describe(span)}\n`);
    this.#exported += 1;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  stats(): SinkStats {
    return { exported: this.#exported, dropped: 0, queued: 0, failedAttempts: 0, lastError: undefined };
  }
}

const STATUS = ['', ' ok', ' ERROR'];

function describe(span: SpanData): string {
  const { context, prepared, attributes } = span;
  const keys = [...(prepared?.keys ?? []), ...attributes.keys];
  const values = [...(prepared?.values ?? []), ...attributes.values];
  const durationMs = ((span.endUs - span.startUs) / 1000).toFixed(3);
  const kind = SpanKind[span.kind].toLowerCase();
  const fields = keys.map((key, index) => `${key}=${JSON.stringify(values[index])}`);
  const parent = span.parentSpanId === undefined ? '' : ` parent=${span.parentSpanId}`;
  const head = `span ${JSON.stringify(span.name)} ${kind} ${durationMs}ms${STATUS[span.statusCode] ?? ''}`;
  return [`${head} trace=${context.traceId} span=${context.spanId}${parent}`, ...fields].join(' ');
}
