import type { ResolvedOptions } from '../options.ts';
import { OtlpSink } from '../otlp/sink.ts';
import { bothSinks } from './both-sinks.ts';
import { ConsoleSink } from './console-sink.ts';
import { FileSink } from './file-sink.ts';
import { discardingSink, type SpanSink } from './sink.ts';

/** The end of the line for spans, unless the application brings an exporter of its own. */
export function chooseSink(options: ResolvedOptions): SpanSink {
  const { destination, resource, maxQueueSpans, clock } = options;
  const intervalMs = options.exportIntervalMs;
  switch (destination.kind) {
    case 'console':
      return new ConsoleSink();
    case 'file':
      return new FileSink({ path: destination.path, resource, intervalMs, maxQueueSpans, clock });
    case 'otlp': {
      const {
        url,
        headers,
        tls,
        compression,
        maxBatchSpans,
        exportThread,
        exportTimeoutMs: timeoutMs,
      } = options;
      const transport = { url, headers, tls, compression, timeoutMs, exportThread, clock };
      const otlp = new OtlpSink({ ...transport, resource, intervalMs, maxBatchSpans, maxQueueSpans });
      return destination.console === true ? bothSinks(otlp, new ConsoleSink()) : otlp;
    }
    default:
      return discardingSink;
  }
}
