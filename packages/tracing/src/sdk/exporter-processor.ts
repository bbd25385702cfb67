import type { Clock, Timer } from '@holdfast/context/clock';
import type { ResolvedOptions, SpanExporter, SpanProcessor } from '../options.ts';
import { otel } from '../otel-api.ts';
import { suppressTracing } from '../propagation/suppression.ts';
import type { SinkControl, SinkStats } from '../sinks/sink.ts';
import type { ReadableSpan } from './sink-processor.ts';

/** `ExportResultCode.SUCCESS` of @opentelemetry/core. */
const SUCCESS = 0;

/**
 * Hands ended spans to an exporter of the application, batch after batch, one at a time. Bounded like our own queue:
 * an exporter that throws, fails or never calls back costs spans, which are counted, and nothing else.
 */
export class ExporterProcessor implements SpanProcessor, SinkControl {
  readonly #exporter: SpanExporter;
  readonly #limits: Pick<
    ResolvedOptions,
    'maxQueueSpans' | 'maxBatchSpans' | 'exportIntervalMs' | 'exportTimeoutMs'
  >;
  readonly #clock: Clock;
  #pending: ReadableSpan[] = [];
  #timer: Timer | undefined;
  #draining: Promise<void> | undefined;
  #closed = false;
  readonly #stats: SinkStats = {
    exported: 0,
    dropped: 0,
    queued: 0,
    failedAttempts: 0,
    lastError: undefined,
  };

  constructor(exporter: SpanExporter, options: ResolvedOptions) {
    this.#exporter = exporter;
    this.#limits = options;
    this.#clock = options.clock;
  }

  onStart(): void {
    // Exporters see ended spans only.
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & 1) === 0) return;
    if (this.#closed || this.#stats.queued >= this.#limits.maxQueueSpans) {
      this.#stats.dropped += 1;
      return;
    }
    this.#pending.push(span);
    this.#stats.queued += 1;
    if (this.#pending.length >= this.#limits.maxBatchSpans) void this.#drain();
    else this.#timer ??= this.#clock.setTimer(() => void this.#drain(), this.#limits.exportIntervalMs);
  }

  forceFlush(): Promise<void> {
    return this.#drain();
  }

  shutdown(): Promise<void> {
    return this.close();
  }

  async flush(): Promise<void> {
    await this.#drain();
    await this.#exporter.forceFlush?.();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.flush();
    this.#closed = true;
    await this.#exporter.shutdown();
  }

  stats(): SinkStats {
    return { ...this.#stats };
  }

  #drain(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#draining ??= this.#exportAll().finally(() => {
      this.#draining = undefined;
    });
    return this.#draining;
  }

  async #exportAll(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0, this.#limits.maxBatchSpans);
      const error = await this.#exportBatch(batch);
      this.#stats.queued -= batch.length;
      if (error === undefined) this.#stats.exported += batch.length;
      else this.#countFailure(batch.length, error);
    }
  }

  /** Undefined when the exporter took the batch, else what went wrong. */
  #exportBatch(batch: ReadableSpan[]): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const timer = this.#clock.setTimer(() => resolve('timeout'), this.#limits.exportTimeoutMs);
    try {
      otel().context.with(suppressTracing(otel().ROOT_CONTEXT), () =>
        this.#exporter.export(batch, ({ code, error }) => {
          resolve(code === SUCCESS ? undefined : (error?.name ?? 'failed'));
        }),
      );
    } catch (error) {
      resolve(error instanceof Error ? error.name : 'failed');
    }
    return promise.finally(() => timer.cancel());
  }

  #countFailure(spans: number, error: string): void {
    this.#stats.dropped += spans;
    this.#stats.failedAttempts += 1;
    this.#stats.lastError = error;
  }
}
