import type { AttributeValue, Span } from '@opentelemetry/api';
import type { Span as BullmqSpan, SpanKind as BullmqSpanKind } from 'bullmq';
import { SpanStatusCode } from '../otel-api.ts';
import { markFailed } from '../spans.ts';
import { JobContext } from './job-context.ts';

type Values = Parameters<BullmqSpan['setAttributes']>[0];

/** Names of BullMQ that have one in the semantic conventions, or here. */
const NAMES: Readonly<Record<string, string>> = {
  'bullmq.queue.name': 'messaging.destination.name',
  'bullmq.job.id': 'messaging.message.id',
  'bullmq.job.name': 'holdfast.queue.job_name',
  'bullmq.job.bulk.count': 'messaging.batch.message_count',
  'bullmq.queue.operation': 'messaging.operation.name',
  'bullmq.job.attempts.made': 'holdfast.queue.attempt',
};

/** What the application put into a job, or got out of it, is no business of a trace. */
const PRIVATE: ReadonlySet<string> = new Set([
  'bullmq.job.result',
  'bullmq.job.progress',
  'bullmq.job.options',
  'bullmq.job.failed.reason',
  'bullmq.job.bulk.names',
]);

/** The verb in front of the queue in the name of a span, by its kind. */
const VERBS: Partial<Record<BullmqSpanKind, string>> = { 3: 'send', 4: 'process' };

/** A span as BullMQ sees it: its words translated, what is private left out. */
export class JobSpan implements BullmqSpan<JobContext> {
  readonly #span: Span;
  readonly #verb: string | undefined;
  readonly #scopeOf: (base: JobContext) => JobContext['scope'];

  /** @param scopeOf the scope in which the span is active, below a context */
  constructor(span: Span, kind: BullmqSpanKind, scopeOf: (base: JobContext) => JobContext['scope']) {
    this.#span = span;
    this.#verb = VERBS[kind];
    this.#scopeOf = scopeOf;
  }

  setSpanOnContext(context: JobContext): JobContext {
    return new JobContext({ scope: this.#scopeOf(context), span: this.#span });
  }

  setAttribute(key: string, value: Values[string] & {}): void {
    if (PRIVATE.has(key)) return;
    this.#span.setAttribute(NAMES[key] ?? key, value as AttributeValue);
    if (key === 'bullmq.queue.name' && this.#verb !== undefined)
      this.#span.updateName(`${this.#verb} ${String(value)}`);
  }

  setAttributes(attributes: Values): void {
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined) this.setAttribute(key, value);
    }
  }

  /** A job that fails is told as an event, with its reason as an attribute. */
  addEvent(name: string, attributes: Values = {}): void {
    const shown = Object.entries(attributes).filter(
      ([key, value]) => value !== undefined && !PRIVATE.has(key),
    );
    this.#span.addEvent(name, Object.fromEntries(shown) as Record<string, AttributeValue>);
    if (name !== 'job failed') return;
    const reason = attributes['bullmq.job.failed.reason'];
    this.#span.setAttribute('error.type', '_OTHER');
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: typeof reason === 'string' ? reason : '' });
  }

  recordException(exception: Parameters<BullmqSpan['recordException']>[0]): void {
    markFailed(this.#span, exception);
  }

  end(): void {
    this.#span.end();
  }
}

/** Where nothing is recorded: contexts stay as they are. */
export const noSpan: BullmqSpan<JobContext> = {
  setSpanOnContext: (context) => context,
  setAttribute: () => undefined,
  setAttributes: () => undefined,
  addEvent: () => undefined,
  recordException: () => undefined,
  end: () => undefined,
};
