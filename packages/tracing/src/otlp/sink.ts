import type { Clock, Timer } from '@holdfast/context/clock';
import type { ResourceAttributes } from '../resource.ts';
import type { SinkStats, SpanSink } from '../sinks/sink.ts';
import type { SpanData } from '../span-data.ts';
import { Backoff } from './backoff.ts';
import { encodeResource, OtlpBatch } from './batch.ts';
import { OtlpSender, type SenderOptions } from './sender.ts';
import { WireWriter } from './wire.ts';

export interface OtlpSinkOptions extends SenderOptions {
  readonly resource: ResourceAttributes;
  /** Longest time a span waits for its batch. */
  readonly intervalMs: number;
  readonly maxBatchSpans: number;
  /** Spans held in all, those on their way included. */
  readonly maxQueueSpans: number;
}

/** Attempts per batch, the first included, before its spans are given up. */
const MAX_ATTEMPTS = 6;
const INITIAL_REQUEST_BYTES = 64 * 1024;
/** Empty batches kept with their buffers. */
const MAX_SPARE = 2;

/**
 * Encodes each span when it ends and posts batches in the background, one at a time. A collector that is slow, down
 * or refusing costs the service nothing but the bounded memory of the queue; what does not fit is counted.
 */
export class OtlpSink implements SpanSink {
  readonly #options: OtlpSinkOptions;
  readonly #sender: OtlpSender;
  readonly #resource: Buffer;
  /** The request under way, one at a time, in memory that the export thread reads where it lies. */
  readonly #request = new WireWriter(INITIAL_REQUEST_BYTES, allocateShared);
  readonly #sealed: OtlpBatch[] = [];
  readonly #spare: OtlpBatch[] = [];
  readonly #backoff: Backoff;
  readonly #flushes: { readonly upTo: number; readonly resolve: () => void }[] = [];
  #open: OtlpBatch = new OtlpBatch();
  #timer: Timer | undefined;
  #sending = false;
  #closing = false;
  /** Spans taken in and spans done with, since start. */
  #taken = 0;
  #settled = 0;
  #stats: SinkStats = { exported: 0, dropped: 0, queued: 0, failedAttempts: 0, lastError: undefined };

  constructor(options: OtlpSinkOptions) {
    this.#options = options;
    this.#sender = new OtlpSender(options);
    this.#resource = encodeResource(options.resource);
    this.#backoff = new Backoff(options.clock);
  }

  add(span: SpanData): void {
    const stats = this.#stats;
    if (stats.queued >= this.#options.maxQueueSpans || this.#closing) {
      stats.dropped += 1;
      return;
    }
    this.#open.add(span);
    stats.queued += 1;
    this.#taken += 1;
    if (this.#open.spans >= this.#options.maxBatchSpans) this.#sealFull();
    else if (this.#timer === undefined) this.#startTimer(this.#options.clock);
  }

  async flush(timeoutMs: number): Promise<void> {
    this.#seal();
    if (this.#stats.queued === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    // Nothing else keeps the process alive meanwhile.
    const timer = this.#options.clock.setTimer(resolve, timeoutMs, { keepAlive: true });
    const flush = { upTo: this.#taken, resolve };
    this.#flushes.push(flush);
    this.#backoff.hurry();
    await promise;
    timer.cancel();
    const left = this.#flushes.indexOf(flush);
    if (left >= 0) this.#flushes.splice(left, 1);
  }

  async close(timeoutMs: number): Promise<void> {
    this.#seal();
    this.#closing = true;
    await this.flush(timeoutMs);
    this.#stats.dropped += this.#stats.queued;
    this.#stats.queued = 0;
    this.#sealed.length = 0;
    this.#backoff.hurry();
    await this.#sender.close();
  }

  stats(): SinkStats {
    return { ...this.#stats };
  }

  #startTimer(clock: Clock): void {
    this.#timer = clock.setTimer(() => {
      this.#timer = undefined;
      this.#seal();
    }, this.#options.intervalMs);
  }

  #sealFull(): void {
    this.#sender.relieve();
    this.#seal();
  }

  /** Moves what was gathered into the queue and sees to it that somebody sends it. */
  #seal(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#open.spans === 0) return;
    this.#sealed.push(this.#open);
    this.#open = this.#spare.pop() ?? new OtlpBatch();
    if (!this.#sending) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    for (let batch = this.#sealed[0]; batch !== undefined; batch = this.#sealed[0]) {
      await this.#deliver(batch);
      if (this.#sealed[0] === batch) this.#sealed.shift();
      batch.reset();
      if (this.#spare.length < MAX_SPARE) this.#spare.push(batch);
    }
    this.#sending = false;
  }

  async #deliver(batch: OtlpBatch): Promise<void> {
    const body = batch.toRequest(this.#resource, this.#request);
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#sender.send(body);
      if (outcome.kind === 'accepted') {
        this.#settle(batch.spans, Math.min(batch.spans, outcome.rejectedSpans));
        return;
      }
      this.#stats.failedAttempts += 1;
      this.#stats.lastError = outcome.reason;
      if (outcome.kind === 'refused' || attempt === MAX_ATTEMPTS || this.#closing) {
        this.#settle(batch.spans, batch.spans);
        return;
      }
      await this.#backoff.wait(attempt, outcome.retryAfterMs);
    }
  }

  /** After `close()` gave up, everything is counted already. */
  #settle(spans: number, lost: number): void {
    if (this.#stats.queued === 0) return;
    this.#stats.queued -= spans;
    this.#stats.dropped += lost;
    this.#stats.exported += spans - lost;
    this.#settled += spans;
    for (const flush of this.#flushes) if (flush.upTo <= this.#settled) flush.resolve();
  }
}

function allocateShared(bytes: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(bytes));
}
