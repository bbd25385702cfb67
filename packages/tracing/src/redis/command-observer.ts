import { channel } from 'node:diagnostics_channel';
import { getCurrentTrace } from '@holdfast/context';
import { contextStorage } from '@holdfast/context/storage';
import type { Attributes, Span } from '@opentelemetry/api';
import { activeSource } from '../active-source.ts';
import {
  REDIS_CHANNEL,
  type RedisFact,
  SLOW_OPERATION_CHANNEL,
  type SlowOperationFact,
} from '../channels.ts';
import { SpanKind } from '../otel-api.ts';
import { PreparedAttributes } from '../prepared-attributes.ts';
import type { ResolvedRedisOptions } from './options.ts';
import { failCommand } from './redis-error.ts';

/** A command, or several sent together, on their way. */
export interface RunningOperation {
  readonly span: Span | undefined;
  /** Says that it is over, well or with an error; only the first call counts. */
  finish(error?: unknown): void;
}

export interface OperationKind {
  readonly operation: string;
  /** A command that waits for others is not slow by waiting. */
  readonly blocking?: boolean;
  /** Whether it is told as a fact; what is sent together is told command by command. */
  readonly silent?: boolean;
  /** Where the operation has one that the application named. */
  readonly key?: string;
}

const redisChannel = channel(REDIS_CHANNEL);
const slowChannel = channel(SLOW_OPERATION_CHANNEL);
const MAX_KEY = 256;

/** What every traced client does with an operation: a client span inside a context, its duration on a channel. */
export class CommandObserver {
  readonly #options: ResolvedRedisOptions;
  readonly #base: Attributes;
  readonly #makesSpans: () => boolean;
  readonly #prepared = new Map<string, PreparedAttributes>();

  /** @param makesSpans whether a span is made; not where somebody else's instrumentation makes it */
  constructor(options: ResolvedRedisOptions, base: Attributes = {}, makesSpans: () => boolean = () => true) {
    this.#options = options;
    this.#base = base;
    this.#makesSpans = makesSpans;
  }

  begin(kind: OperationKind): RunningOperation {
    const span = this.#startSpan(kind);
    const startedAt = this.#options.clock.now();
    let over = false;
    return {
      span,
      finish: (error) => {
        if (over) return;
        over = true;
        this.#finish(kind, span, this.#options.clock.now() - startedAt, error);
      },
    };
  }

  /** A command whose span is that of the batch which it is sent with. */
  withoutSpan(operation: string): RunningOperation {
    const { clock } = this.#options;
    const startedAt = clock.now();
    return {
      span: undefined,
      finish: (error) => {
        if (!redisChannel.hasSubscribers) return;
        const fact = { command: operation, durationMs: clock.now() - startedAt, failed: error !== undefined };
        redisChannel.publish(fact satisfies RedisFact);
      },
    };
  }

  /** Outside of every request and job, at start-up say, a command makes no trace of its own. */
  #startSpan({ operation, blocking, key }: OperationKind): Span | undefined {
    const source = activeSource();
    if (contextStorage.getStore() === undefined && source.active() === undefined) return undefined;
    if (!this.#makesSpans()) return undefined;
    const span = source.start(operation, { kind: SpanKind.CLIENT, prepared: this.#attributesOf(operation) });
    if (blocking === true) span.setAttribute('holdfast.redis.blocking', true);
    if (key !== undefined) span.setAttribute('holdfast.redis.key', key.slice(0, MAX_KEY));
    return span;
  }

  #finish(kind: OperationKind, span: Span | undefined, durationMs: number, error: unknown): void {
    const failed = error !== undefined;
    if (kind.silent !== true && redisChannel.hasSubscribers) {
      redisChannel.publish({ command: kind.operation, durationMs, failed } satisfies RedisFact);
    }
    if (kind.blocking !== true && durationMs > this.#options.slowOperationThreshold) {
      this.#reportSlow(kind, span, durationMs, failed);
    }
    if (span === undefined) return;
    if (failed) failCommand(span, error);
    span.end();
  }

  #reportSlow(
    { operation, key }: OperationKind,
    span: Span | undefined,
    durationMs: number,
    failed: boolean,
  ): void {
    const { slowOperationThreshold: thresholdMs, logger } = this.#options;
    span?.setAttribute('holdfast.redis.slow', true);
    const fact: SlowOperationFact = { command: operation, durationMs, thresholdMs, failed };
    if (slowChannel.hasSubscribers) slowChannel.publish(fact);
    if (logger === undefined) return;
    const trace = getCurrentTrace();
    const ids = trace === undefined ? {} : { traceId: trace.traceId, spanId: trace.spanId };
    logger.warn({ ...ids, ...fact, ...(key === undefined ? {} : { key }) }, 'slow redis operation');
  }

  /** @see https://opentelemetry.io/docs/specs/semconv/database/redis/ */
  #attributesOf(operation: string): PreparedAttributes {
    let attributes = this.#prepared.get(operation);
    if (attributes === undefined) {
      attributes = new PreparedAttributes({
        'db.system.name': 'redis',
        ...(this.#base as Record<string, string | number | undefined>),
        'db.operation.name': operation,
      });
      // Names come from the application, which may make them up; the real ones are some hundreds.
      if (this.#prepared.size < 1000) this.#prepared.set(operation, attributes);
    }
    return attributes;
  }
}
