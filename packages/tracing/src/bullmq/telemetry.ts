import { contextStorage } from '@holdfast/context/storage';
import type { Span } from '@opentelemetry/api';
import type { SpanKind as BullmqSpanKind, Telemetry, Tracer } from 'bullmq';
import { activeSource } from '../active-source.ts';
import { TracingOptionError } from '../errors.ts';
import { SpanKind } from '../otel-api.ts';
import { linkTo, scopeOfNewTrace } from '../propagation/new-trace-scope.ts';
import { type JobContext, jobContexts } from './job-context.ts';
import { JobSpan, noSpan } from './job-span.ts';

export interface BullmqTelemetryOptions {
  /** Whether a job's attempt is a trace of its own linked to its producer, or continues its trace. Default `link`. */
  jobs?: 'link' | 'parent' | undefined;
}

/** Every default of `bullmqTelemetry`. */
export const BULLMQ_TELEMETRY_DEFAULTS: { readonly jobs: 'link' } = Object.freeze({ jobs: 'link' });

/**
 * The `telemetry` option of BullMQ's `Queue`, `Worker` and `FlowProducer`: a producer span per job added, a consumer
 * span per attempt, and the ids of the producer in the log lines of the job. What is carried lies beside the payload.
 * @throws TracingOptionError for an option that cannot be used
 * @example new Queue('mail', { connection, telemetry: bullmqTelemetry() });
 */
export function bullmqTelemetry(options: BullmqTelemetryOptions = {}): Telemetry<JobContext> {
  const jobs = options.jobs ?? BULLMQ_TELEMETRY_DEFAULTS.jobs;
  if (jobs !== 'link' && jobs !== 'parent') {
    throw new TracingOptionError('jobs', `is ${JSON.stringify(jobs)}; it must be link or parent.`);
  }
  return { tracer: tracerOf(jobs), contextManager: jobContexts };
}

const MESSAGING = { 'messaging.system': 'bullmq' };

function tracerOf(jobs: 'link' | 'parent'): Tracer<JobContext> {
  return {
    startSpan(name, given, context) {
      const { kind } = given as { kind: BullmqSpanKind };
      const spanKind = kind as number as SpanKind;
      if (spanKind === SpanKind.CONSUMER) return startAttempt(name, jobs, context);
      // What a worker does by itself, such as looking for the next job, belongs to nobody.
      if (contextStorage.getStore() === undefined && activeSource().active() === undefined) return noSpan;
      const type = spanKind === SpanKind.PRODUCER ? { 'messaging.operation.type': 'send' } : {};
      const span = activeSource().start(name, { kind: spanKind, attributes: { ...MESSAGING, ...type } });
      return new JobSpan(span, kind, ({ scope }) => activeScope(span, scope));
    },
  };
}

function startAttempt(name: string, jobs: 'link' | 'parent', context: JobContext | undefined): JobSpan {
  const attributes = { ...MESSAGING, 'messaging.operation.type': 'process' };
  const options = { kind: SpanKind.CONSUMER, attributes };
  const { carrier, scope } = context ?? {};
  if (jobs === 'parent' && scope !== undefined) {
    const span = contextStorage.run(scope, () => activeSource().start(name, options));
    return new JobSpan(span, CONSUMER, (base) => activeScope(span, base.scope));
  }
  const links = carrier === undefined ? [] : linkTo(carrier);
  const span = activeSource().start(name, { ...options, root: true, links });
  return new JobSpan(span, CONSUMER, (base) => scopeOfNewTrace(span, base.scope));
}

const CONSUMER = SpanKind.CONSUMER as number as BullmqSpanKind;

function activeScope(span: Span, scope: JobContext['scope']): JobContext['scope'] {
  return scope === undefined ? scopeOfNewTrace(span, undefined) : scope.withSpan(span);
}
