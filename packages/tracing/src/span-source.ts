import { contextStorage, Scope } from '@holdfast/context/storage';
import type { Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type { LightTracer } from './light/tracer.ts';
import { otel, SpanKind } from './otel-api.ts';
import type { PreparedAttributes } from './prepared-attributes.ts';
import { contextUnderRemoteParent, remoteParent } from './propagation/remote-parent.ts';
import { PACKAGE_NAME, packageVersion } from './resource.ts';

/** How a span begins; `prepared` attributes come first. */
export interface StartOptions extends SpanOptions {
  readonly prepared?: PreparedAttributes | undefined;
}

/** How spans are begun and made active, whoever records them. */
export interface SpanSource {
  /** A span below the active one, or below `parent`. */
  start(name: string, options: StartOptions | undefined, parent?: Span): Span;
  /** Begins the first span of a request: where the scope is ours, it becomes the active span of that very scope. */
  startRequest(name: string, options: StartOptions): Span;
  /** Whether `startRequest` has made its span active by itself. */
  readonly attaches: boolean;
  /** The span that somebody else's instrumentation has made for the request in hand. */
  requestSpan?(): Span | undefined;
  /** Runs `fn(span)` with `span` active. */
  runWith<T>(span: Span, fn: (span: Span) => T): T;
  /** The active span, one that is not recorded included. */
  active(): Span | undefined;
}

/** Spans of our own, in our own storage: the fast way. */
export class LightSource implements SpanSource {
  readonly attaches = true;
  readonly #tracer: LightTracer;

  constructor(tracer: LightTracer) {
    this.#tracer = tracer;
  }

  start(name: string, options: StartOptions | undefined, parent?: Span): Span {
    return this.#tracer.startSpan(
      name,
      options,
      parent === undefined ? undefined : otel().trace.setSpan(otel().ROOT_CONTEXT, parent),
    );
  }

  startRequest(name: string, options: StartOptions): Span {
    const scope = contextStorage.getStore();
    return scope === undefined || scope.span !== undefined
      ? this.#tracer.startSpan(name, options, scope)
      : this.#tracer.startInScope(name, options, scope);
  }

  runWith<T>(span: Span, fn: (span: Span) => T): T {
    return contextStorage.run(scopeWith(span), fn, span);
  }

  active(): Span | undefined {
    return contextStorage.getStore()?.span as Span | undefined;
  }

  requestSpan(): Span | undefined {
    return serverSpanOf(contextStorage.getStore());
  }
}

/** Spans of the OpenTelemetry SDK that we started, in our own storage. */
export class SdkSource implements SpanSource {
  readonly attaches = true;
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  start(name: string, options: StartOptions | undefined, parent?: Span): Span {
    const context =
      parent === undefined ? contextUnderRemoteParent() : otel().trace.setSpan(otel().ROOT_CONTEXT, parent);
    return this.#tracer.startSpan(name, plainOptions(options), context);
  }

  startRequest(name: string, options: StartOptions): Span {
    const span = this.start(name, options);
    const scope = contextStorage.getStore();
    if (scope !== undefined && scope.span === undefined) scope.attachSpan(span);
    return span;
  }

  runWith<T>(span: Span, fn: (span: Span) => T): T {
    return contextStorage.run(scopeWith(span), fn, span);
  }

  active(): Span | undefined {
    return contextStorage.getStore()?.span as Span | undefined;
  }

  requestSpan(): Span | undefined {
    return serverSpanOf(contextStorage.getStore());
  }
}

/** Whatever is registered with `@opentelemetry/api`: another SDK, another copy of this package, or nothing. */
export class ApiSource implements SpanSource {
  readonly attaches = false;

  start(name: string, options: StartOptions | undefined, parent?: Span): Span {
    const { context, trace } = otel();
    const active = context.active();
    const tracer = trace.getTracer(PACKAGE_NAME, packageVersion());
    return tracer.startSpan(
      name,
      plainOptions(options),
      parent === undefined ? active : trace.setSpan(active, parent),
    );
  }

  startRequest(name: string, options: StartOptions): Span {
    return this.start(name, options);
  }

  runWith<T>(span: Span, fn: (span: Span) => T): T {
    const { context, trace } = otel();
    return context.with(trace.setSpan(context.active(), span), fn, undefined, span);
  }

  active(): Span | undefined {
    return otel().trace.getActiveSpan();
  }
}

/**
 * The SDK that the application has started before us: its tracer makes the spans, its context manager makes them active.
 * Operations on channels can only be put into our own storage, so the newer of the two active spans counts: ours, as
 * long as theirs is the one it was begun under.
 */
export class ForeignSource extends ApiSource {
  readonly #begunUnder = new WeakMap<Span, Span | undefined>();

  override start(name: string, options: StartOptions | undefined, parent?: Span): Span {
    const theirs = otel().trace.getActiveSpan();
    const span = super.start(name, options, parent ?? this.active() ?? remoteParent());
    this.#begunUnder.set(span, theirs);
    return span;
  }

  override active(): Span | undefined {
    const theirs = otel().trace.getActiveSpan();
    const ours = contextStorage.getStore()?.span as Span | undefined;
    return ours !== undefined && this.#begunUnder.has(ours) && this.#begunUnder.get(ours) === theirs
      ? ours
      : theirs;
  }

  requestSpan(): Span | undefined {
    const { trace, context } = otel();
    const theirs: (Span & { kind?: SpanKind }) | undefined = trace.getActiveSpan();
    if (theirs?.kind === SpanKind.SERVER && theirs.isRecording()) return theirs;
    return serverSpanOf(context.active());
  }
}

/** Where the HTTP instrumentation of OpenTelemetry leaves the span of a request for the frameworks above it. */
const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA');

/** The span that an HTTP instrumentation has made for the request in hand, whatever is active by now. */
function serverSpanOf(context: { getValue(key: symbol): unknown } | undefined): Span | undefined {
  const metadata = context?.getValue(RPC_METADATA) as { span?: Span } | undefined;
  return metadata?.span?.isRecording() === true ? metadata.span : undefined;
}

/** The scope inside the current one in which `span` is active. */
export function scopeWith(span: Span): Scope {
  const current = contextStorage.getStore();
  if (current !== undefined) return current.withSpan(span);
  const scope = new Scope();
  scope.attachSpan(span);
  return scope;
}

/** Options for a tracer that knows nothing of prepared attributes. */
function plainOptions(options: StartOptions | undefined): SpanOptions | undefined {
  if (options?.prepared === undefined) return options;
  const { prepared, ...plain } = options;
  return { ...plain, attributes: { ...prepared.attributes, ...plain.attributes } };
}
