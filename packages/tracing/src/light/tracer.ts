import { newSpanId, newTraceId } from '@holdfast/context';
import { contextStorage, isScope, type Scope, SPAN_KEY } from '@holdfast/context/storage';
import type { Context, Link, Span, SpanContext, SpanOptions, Tracer, TraceState } from '@opentelemetry/api';
import type { HeadSampler } from '../config/sampler.ts';
import { otel, SpanKind } from '../otel-api.ts';
import { isTracingSuppressed } from '../propagation/suppression.ts';
import { W3cTraceState } from '../propagation/trace-state.ts';
import type { StartOptions } from '../span-source.ts';
import { LightSpan, type SpanOwner } from './span.ts';

const SAMPLED = 0b01;
const RANDOM = 0b10;

/** Where a span hangs: its trace, and the span above it if there is one. */
interface Origin {
  traceId: string;
  parentSpanId: string | undefined;
  isRemote: boolean;
  /** The parent's W3C flags, undefined where the trace begins. */
  flags: number | undefined;
  traceState: TraceState | undefined;
  /** Offset of the clocks that the parent uses, when it is one of ours. */
  offsetMs: number | undefined;
}

/** A tracer that makes `LightSpan`s. The active context is a `Scope`, so ids in it become the span's own. */
export class LightTracer implements Tracer {
  readonly #owner: SpanOwner;
  readonly #sampler: HeadSampler;
  /** Prepared attributes are as they are: where values are cut or few allowed, each span takes its own. */
  readonly #sharesAttributes: boolean;

  constructor(owner: SpanOwner, sampler: HeadSampler) {
    this.#owner = owner;
    this.#sampler = sampler;
    const { attributeCount, attributeValueLength } = owner.limits;
    this.#sharesAttributes = attributeValueLength === Number.POSITIVE_INFINITY && attributeCount >= 128;
  }

  startSpan(name: string, options?: StartOptions, context?: Context): Span {
    const active: Context = context ?? contextStorage.getStore() ?? otel().ROOT_CONTEXT;
    if (isTracingSuppressed(active)) return otel().trace.wrapSpanContext(otel().INVALID_SPAN_CONTEXT);
    const origin = originOf(active, options?.root === true);
    return this.#start(name, options, origin, newSpanId());
  }

  /**
   * The first span of a request: takes the id that the scope has already shown to log lines and response headers,
   * and becomes the active span of that very scope.
   */
  startInScope(name: string, options: StartOptions, scope: Scope): Span {
    const span = this.#start(name, options, originOf(scope, false), scope.spanId);
    scope.attachSpan(span);
    return span;
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    context: Context,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: [F] | [SpanOptions, F] | [SpanOptions, Context, F]
  ): ReturnType<F> {
    const fn = rest.at(-1) as F;
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : undefined;
    const parent = rest.length > 2 ? (rest[1] as Context) : otel().context.active();
    const span = this.startSpan(name, options, parent);
    return otel().context.with(
      otel().trace.setSpan(parent, span),
      fn as (span: Span) => ReturnType<F>,
      undefined,
      span,
    );
  }

  #start(name: string, options: StartOptions | undefined, origin: Origin, spanId: string): Span {
    const links = options?.links;
    const { traceId, flags: parentFlags } = origin;
    const parentSampled = parentFlags === undefined ? undefined : (parentFlags & SAMPLED) !== 0;
    const sampled = this.#sampler.sample(traceId, parentSampled, sampledByLink(links));
    const random = parentFlags === undefined ? RANDOM : parentFlags & RANDOM;
    const context: SpanContext = { traceId, spanId, traceFlags: sampled ? random | SAMPLED : random };
    if (origin.traceState !== undefined) context.traceState = origin.traceState;
    if (!sampled) return otel().trace.wrapSpanContext(context);
    const offsetMs = origin.offsetMs ?? this.#owner.time.offsetForNewTrace();
    const span = new LightSpan(
      this.#owner,
      name,
      options?.kind ?? SpanKind.INTERNAL,
      context,
      origin.parentSpanId,
      origin.isRemote,
      offsetMs,
      options?.startTime,
    );
    fill(span, options, this.#sharesAttributes);
    return span;
  }
}

function fill(span: LightSpan, options: StartOptions | undefined, shares: boolean): void {
  if (options === undefined) return;
  const { prepared, attributes, links } = options;
  if (prepared !== undefined) {
    if (shares) span.prepared = prepared;
    else span.setAttributes(prepared.attributes);
  }
  if (attributes !== undefined) span.setAttributes(attributes);
  if (links !== undefined) for (const link of links) span.addLink(link);
}

function sampledByLink(links: readonly Link[] | undefined): boolean | undefined {
  const first = links?.[0];
  return first === undefined ? undefined : (first.context.traceFlags & SAMPLED) !== 0;
}

function originOf(context: Context, root: boolean): Origin {
  if (root) return newOrigin(newTraceId());
  const parent = context.getValue(SPAN_KEY) as Span | undefined;
  if (parent instanceof LightSpan) return originUnder(parent, parent.context);
  if (parent !== undefined) {
    const parentContext = parent.spanContext();
    if (otel().trace.isSpanContextValid(parentContext)) return originUnder(parent, parentContext);
  }
  return isScope(context) ? originInScope(context) : newOrigin(newTraceId());
}

function originUnder(
  parent: Span,
  { traceId, spanId, isRemote, traceFlags, traceState }: SpanContext,
): Origin {
  return {
    traceId,
    parentSpanId: spanId,
    isRemote: isRemote === true,
    flags: traceFlags,
    traceState,
    offsetMs: parent instanceof LightSpan ? parent.offsetMs : undefined,
  };
}

/** A scope without a span: a request just come in, whose caller's span, if it named one, is the parent. */
function originInScope(scope: Scope): Origin {
  const origin = newOrigin(scope.traceId);
  if (scope.traceState !== undefined) origin.traceState = new W3cTraceState(scope.traceState);
  if (scope.parentSpanId === undefined) return origin;
  origin.parentSpanId = scope.parentSpanId;
  origin.isRemote = true;
  origin.flags = scope.traceFlags;
  return origin;
}

function newOrigin(traceId: string): Origin {
  return {
    traceId,
    parentSpanId: undefined,
    isRemote: false,
    flags: undefined,
    traceState: undefined,
    offsetMs: undefined,
  };
}
