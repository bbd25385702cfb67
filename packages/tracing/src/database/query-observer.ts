import { channel } from 'node:diagnostics_channel';
import { getCurrentTrace } from '@holdfast/context';
import type { Clock } from '@holdfast/context/clock';
import { contextStorage } from '@holdfast/context/storage';
import type { Span } from '@opentelemetry/api';
import { activeSource } from '../active-source.ts';
import { QUERY_CHANNEL, type QueryFact, SLOW_QUERY_CHANNEL, type SlowQueryFact } from '../channels.ts';
import { SpanKind } from '../otel-api.ts';
import { PreparedAttributes } from '../prepared-attributes.ts';
import { markFailed } from '../spans.ts';
import type { StatementShape } from './sql-text.ts';

export interface QueryObserverOptions {
  readonly system: QueryFact['system'];
  /** Name of the database, without its path. */
  readonly namespace: string;
  readonly slowQueryThreshold: number;
  readonly logger: { warn(fields: Record<string, unknown>, message: string): void } | undefined;
  readonly clock: Clock;
  /** Where the database is, when it is a server. */
  readonly server?: { readonly address: string; readonly port: number } | undefined;
  /** Whether spans are made; not where somebody else's instrumentation makes them. Default true. */
  readonly spans?: boolean | undefined;
}

/** A statement on its way. */
export interface RunningQuery {
  readonly span: Span | undefined;
  /** Says that it is over, well or with an error; only the first call counts. */
  finish(error?: unknown): void;
}

const queryChannel = channel(QUERY_CHANNEL);
const slowChannel = channel(SLOW_QUERY_CHANNEL);

/**
 * What every traced database does with a statement: a client span inside a context, its duration on a channel, and a
 * word about the slow ones. Engines differ only in how they run it.
 */
export class QueryObserver {
  readonly #options: QueryObserverOptions;
  readonly #attributes = new WeakMap<StatementShape, PreparedAttributes>();

  constructor(options: QueryObserverOptions) {
    this.#options = options;
  }

  /** Runs a statement that is over when the function returns. */
  observe<T>(shape: StatementShape, run: () => T): T {
    const query = this.begin(shape);
    let result: T;
    try {
      result = run();
    } catch (error) {
      query.finish(error ?? new Error('unknown'));
      throw error;
    }
    query.finish();
    return result;
  }

  begin(shape: StatementShape): RunningQuery {
    const { clock } = this.#options;
    const span = this.#startSpan(shape);
    const startedAt = clock.now();
    let over = false;
    return {
      span,
      finish: (error) => {
        if (over) return;
        over = true;
        this.#finish(shape, span, clock.now() - startedAt, error);
      },
    };
  }

  /** Outside of every request and job, at start-up say, a statement makes no trace of its own. */
  #startSpan(shape: StatementShape): Span | undefined {
    if (this.#options.spans === false) return undefined;
    const source = activeSource();
    if (contextStorage.getStore() === undefined && source.active() === undefined) return undefined;
    return source.start(shape.summary, { kind: SpanKind.CLIENT, prepared: this.#attributesOf(shape) });
  }

  #finish(shape: StatementShape, span: Span | undefined, durationMs: number, error: unknown): void {
    const { system, slowQueryThreshold } = this.#options;
    const { operation } = shape;
    const failed = error !== undefined;
    if (queryChannel.hasSubscribers) {
      queryChannel.publish({ system, operation, durationMs, failed } satisfies QueryFact);
    }
    if (durationMs > slowQueryThreshold) this.#reportSlow(shape, span, durationMs, failed);
    if (span === undefined) return;
    if (failed) failQuery(span, error);
    span.end();
  }

  #reportSlow(shape: StatementShape, span: Span | undefined, durationMs: number, failed: boolean): void {
    const { system, slowQueryThreshold: thresholdMs, logger } = this.#options;
    const { operation, text: queryText } = shape;
    span?.setAttribute('holdfast.db.slow', true);
    const fact: SlowQueryFact = { system, operation, queryText, durationMs, thresholdMs, failed };
    if (slowChannel.hasSubscribers) slowChannel.publish(fact);
    if (logger === undefined) return;
    const trace = getCurrentTrace();
    const ids = trace === undefined ? {} : { traceId: trace.traceId, spanId: trace.spanId };
    logger.warn({ ...ids, ...fact }, 'slow query');
  }

  /** @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/ */
  #attributesOf(shape: StatementShape): PreparedAttributes {
    let attributes = this.#attributes.get(shape);
    if (attributes === undefined) {
      const { system, namespace, server } = this.#options;
      attributes = new PreparedAttributes({
        'db.system.name': system,
        'db.namespace': namespace,
        'db.operation.name': shape.operation,
        'db.collection.name': shape.table,
        'db.query.summary': shape.summary,
        'db.query.text': shape.text,
        'server.address': server?.address,
        'server.port': server?.port,
      });
      this.#attributes.set(shape, attributes);
    }
    return attributes;
  }
}

function failQuery(span: Span, error: unknown): void {
  markFailed(span, error);
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') span.setAttribute('db.response.status_code', code);
}
