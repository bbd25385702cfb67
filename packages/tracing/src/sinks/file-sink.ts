import type { Clock, Timer } from '@holdfast/context/clock';
import { TraceFileError } from '../errors.ts';
import type { ResourceAttributes } from '../resource.ts';
import type { SpanData } from '../span-data.ts';
import { toJsonLine } from './otlp-json.ts';
import type { SinkStats, SpanSink } from './sink.ts';

/** An import of `node:util` would load its argument parser and worker threads, too. */
const { promisify } = process.getBuiltinModule('node:util');

/** An import of `node:fs` would load its streams, promises and watchers, too. */
const { closeSync, fstatSync, openSync, readSync, write, writeSync } = process.getBuiltinModule('node:fs');

/** Keeps lines short enough to be read back one by one, and the loop free between them. */
const SPANS_PER_LINE = 256;

const writeTo = promisify(write);

export interface FileSinkOptions {
  readonly path: string;
  readonly resource: ResourceAttributes;
  /** Longest time a span waits before it is written. */
  readonly intervalMs: number;
  /** Spans held at most; more are dropped and counted. */
  readonly maxQueueSpans: number;
  readonly clock: Clock;
}

/**
 * Appends spans as lines of OTLP JSON. Several processes may share one file: each write is one append of whole
 * lines. What a crash leaves half written is ended by the next start and skipped by the reader.
 */
export class FileSink implements SpanSink {
  readonly #options: FileSinkOptions;
  readonly #descriptor: number;
  readonly #pending: SpanData[] = [];
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  #closed = false;
  #stats: SinkStats = { exported: 0, dropped: 0, queued: 0, failedAttempts: 0, lastError: undefined };

  /** @throws TraceFileError when the file cannot be opened for appending */
  constructor(options: FileSinkOptions) {
    this.#options = options;
    try {
      this.#descriptor = openSync(options.path, 'a+', 0o600);
      endTornLine(this.#descriptor);
    } catch (cause) {
      throw new TraceFileError(options.path, 'written', cause);
    }
  }

  add(span: SpanData): void {
    if (this.#closed || this.#stats.queued >= this.#options.maxQueueSpans) {
      this.#stats.dropped += 1;
      return;
    }
    this.#pending.push(span);
    this.#stats.queued += 1;
    this.#timer ??= this.#options.clock.setTimer(() => void this.#drain(), this.#options.intervalMs);
  }

  async flush(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.setTimer(resolve, timeoutMs, { keepAlive: true });
    await Promise.race([this.#drain(), promise]);
    timer.cancel();
  }

  async close(timeoutMs: number): Promise<void> {
    if (this.#closed) return;
    await this.flush(timeoutMs);
    this.#closed = true;
    await this.#writing;
    closeSync(this.#descriptor);
  }

  stats(): SinkStats {
    return { ...this.#stats };
  }

  #drain(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#pending.length > 0) {
      const spans = this.#pending.splice(0, SPANS_PER_LINE);
      await this.#append(spans);
      this.#stats.queued -= spans.length;
    }
  }

  async #append(spans: readonly SpanData[]): Promise<void> {
    try {
      const line = Buffer.from(toJsonLine(this.#options.resource, spans));
      for (let at = 0; at < line.length; ) at += (await writeTo(this.#descriptor, line, at)).bytesWritten;
      this.#stats.exported += spans.length;
    } catch (error) {
      this.#stats.dropped += spans.length;
      this.#stats.failedAttempts += 1;
      this.#stats.lastError = error instanceof Error && 'code' in error ? String(error.code) : 'write failed';
    }
  }
}

/** A process that was killed in the middle of a line left no line end: without one, the next line would be lost too. */
function endTornLine(descriptor: number): void {
  const { size } = fstatSync(descriptor);
  if (size === 0) return;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  if (last[0] !== 0x0a) writeSync(descriptor, '\n');
}
