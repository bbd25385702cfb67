import type { Baggage } from '../baggage/baggage.ts';
import { BAGGAGE_KEY, fromOtelBaggage, OtelBaggage } from '../baggage/otel-baggage.ts';
import { type Clock, systemClock } from '../clock.ts';
import { Deadline, type DeadlineLike } from '../deadline/deadline.ts';
import { newSpanId, newTraceId } from './identifiers.ts';
import type { SpanLike } from './span-like.ts';
import type { AttributeValue, Identity, TraceContext, TraceContextInit } from './trace-context.ts';

/** The key under which every version of @opentelemetry/api keeps the active span in its `Context`. */
export const SPAN_KEY: symbol = Symbol.for('OpenTelemetry Context Key SPAN');

const BRAND = 'holdfast.context.scope.v1';

/** Bit 0 sampled, bit 1 random: what a trace that begins here carries (W3C Trace Context level 2). */
const NEW_TRACE_FLAGS = 0b11;

/** An OpenTelemetry `Context`, by the part that is read. */
interface ReadableContext {
  getValue(key: symbol): unknown;
}

/**
 * What the storage holds: a trace context and, by shape, an OpenTelemetry `Context` in one object,
 * so that a request pays for one async scope. What belongs to the request as a whole (ids, identity,
 * attributes, baggage) lives on the `root`; scopes opened inside it for a span or a deadline point there.
 */
export class Scope implements TraceContext {
  readonly brand: string = BRAND;
  readonly root: Scope;
  /** The active OpenTelemetry span. */
  span: SpanLike | undefined;
  parentSpanId: string | undefined;
  traceFlags: number;
  traceState: string | undefined;
  deadline: DeadlineLike | undefined;
  private ownTraceId: string | undefined;
  private ownSpanId: string | undefined;
  private ownRequestId: string | undefined;
  private ownCorrelationId: string | undefined;
  private ownTenantId: string | undefined;
  private ownUserId: string | undefined;
  private ownAttributes: Record<string, AttributeValue> | undefined;
  private ownBaggage: Baggage | undefined;
  private values: ReadonlyMap<symbol, unknown> | undefined;
  private base: ReadableContext | undefined;

  constructor(parent?: Scope) {
    this.root = parent === undefined ? this : parent.root;
    this.span = parent?.span;
    this.parentSpanId = parent?.parentSpanId;
    this.traceFlags = parent === undefined ? NEW_TRACE_FLAGS : parent.traceFlags;
    this.traceState = parent?.traceState;
    this.deadline = parent?.deadline;
    this.ownTraceId = parent?.traceId;
    this.ownSpanId = parent?.spanId;
    this.ownRequestId = undefined;
    this.ownCorrelationId = undefined;
    this.ownTenantId = undefined;
    this.ownUserId = undefined;
    this.ownAttributes = undefined;
    this.ownBaggage = undefined;
    this.values = parent?.values;
    this.base = parent?.base;
  }

  /** A scope of its own around an OpenTelemetry context that was not made here, `ROOT_CONTEXT` for one. */
  static around(context: ReadableContext): Scope {
    const scope = new Scope();
    scope.base = context;
    const span = context.getValue(SPAN_KEY) as SpanLike | undefined;
    if (span !== undefined) scope.attachSpan(span);
    return scope;
  }

  get traceId(): string {
    return (this.ownTraceId ??= newTraceId());
  }

  get spanId(): string {
    return (this.ownSpanId ??= newSpanId());
  }

  get requestId(): string {
    return (this.root.ownRequestId ??= newTraceId());
  }

  get correlationId(): string {
    return this.root.ownCorrelationId ?? this.requestId;
  }

  get tenantId(): string | undefined {
    return this.root.ownTenantId;
  }

  get userId(): string | undefined {
    return this.root.ownUserId;
  }

  get attributes(): Readonly<Record<string, AttributeValue>> {
    return this.root.mutableAttributes();
  }

  get baggage(): Baggage {
    if (this.hasOtelBaggage()) return fromOtelBaggage(this.values?.get(BAGGAGE_KEY));
    return this.root.ownBaggage ?? fromOtelBaggage(this.base?.getValue(BAGGAGE_KEY));
  }

  get deadlineAt(): number {
    return this.deadline === undefined ? Number.POSITIVE_INFINITY : this.deadline.at;
  }

  /** Of the whole request, whichever scope it is set in. */
  setAttribute(key: string, value: AttributeValue): void {
    this.root.mutableAttributes()[key] = value;
  }

  /** Replaces the baggage: of the whole request, or of this scope where OpenTelemetry has set one. */
  setBaggage(baggage: Baggage): void {
    if (this.hasOtelBaggage()) this.values = new Map(this.values).set(BAGGAGE_KEY, new OtelBaggage(baggage));
    else this.root.ownBaggage = baggage;
  }

  /** Of the whole request; what is undefined stays as it was. */
  setIdentity({ tenantId, userId }: Identity): void {
    if (tenantId !== undefined) this.root.ownTenantId = tenantId;
    if (userId !== undefined) this.root.ownUserId = userId;
  }

  /** Takes over what `init` names and leaves the rest: how each middleware adds to the context of a request. */
  fill(init: TraceContextInit): void {
    if (init.traceId !== undefined) this.ownTraceId = init.traceId;
    if (init.spanId !== undefined) this.ownSpanId = init.spanId;
    if (init.parentSpanId !== undefined) this.parentSpanId = init.parentSpanId;
    if (init.traceFlags !== undefined) this.traceFlags = init.traceFlags;
    if (init.traceState !== undefined) this.traceState = init.traceState;
    const { root } = this;
    if (init.requestId !== undefined) root.ownRequestId = init.requestId;
    if (init.correlationId !== undefined) root.ownCorrelationId = init.correlationId;
    if (init.attributes !== undefined) Object.assign(root.mutableAttributes(), init.attributes);
    if (init.baggage !== undefined) root.ownBaggage = init.baggage;
    this.setIdentity(init);
    if (init.timeoutMs !== undefined) this.shortenDeadline(init.timeoutMs);
  }

  /** Makes `span` the active span of this very scope, as a request's span is before anything runs inside it. */
  attachSpan(span: SpanLike): void {
    const { traceId, spanId, traceFlags, traceState } = span.spanContext();
    this.span = span;
    this.ownTraceId = traceId;
    this.ownSpanId = spanId;
    this.traceFlags = traceFlags;
    if (traceState !== undefined) this.traceState = traceState.serialize();
  }

  /** A scope inside this one: same request, same deadline, same span. */
  child(): Scope {
    return new Scope(this);
  }

  /** A scope inside this one whose active span is `span`. */
  withSpan(span: SpanLike): Scope {
    const scope = new Scope(this);
    if (this.span !== undefined) scope.parentSpanId = this.ownSpanId;
    scope.attachSpan(span);
    return scope;
  }

  /** Brings the deadline forward to `timeoutMs` from now, ended by `signal` too; a later one is ignored. */
  shortenDeadline(timeoutMs: number, signal?: AbortSignal, clock: Clock = systemClock): void {
    const outer = this.deadline;
    const at = Math.min(clock.now() + timeoutMs, this.deadlineAt);
    if (outer !== undefined && at === outer.at && signal === undefined) return;
    this.deadline = new Deadline(clock, at, joinSignals(outer?.external, signal));
  }

  /** As in OpenTelemetry's `Context`. */
  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span;
    if (key === BAGGAGE_KEY && !this.hasOtelBaggage() && this.root.ownBaggage !== undefined)
      return new OtelBaggage(this.root.ownBaggage);
    return this.values?.has(key) ? this.values.get(key) : this.base?.getValue(key);
  }

  /** As in OpenTelemetry's `Context`: a new scope below this one. */
  setValue(key: symbol, value: unknown): Scope {
    if (key === SPAN_KEY && value !== undefined) return this.withSpan(value as SpanLike);
    const scope = this.child();
    if (key === SPAN_KEY) scope.leaveTrace();
    else scope.values = new Map(this.values ?? []).set(key, value);
    return scope;
  }

  /** As in OpenTelemetry's `Context`: a new scope below this one. Without its span it belongs to no trace. */
  deleteValue(key: symbol): Scope {
    return this.setValue(key, undefined);
  }

  /** Without its span a context belongs to no trace: what begins in it begins a new one. */
  private leaveTrace(): void {
    this.span = undefined;
    this.parentSpanId = undefined;
    this.ownTraceId = undefined;
    this.ownSpanId = undefined;
    this.traceState = undefined;
    this.traceFlags = NEW_TRACE_FLAGS;
  }

  /** Whether code that speaks OpenTelemetry has set or deleted the baggage from some scope on: it counts in there. */
  private hasOtelBaggage(): boolean {
    return this.values?.has(BAGGAGE_KEY) === true;
  }

  private mutableAttributes(): Record<string, AttributeValue> {
    return (this.ownAttributes ??= Object.create(null) as Record<string, AttributeValue>);
  }
}

/** Whether an OpenTelemetry `Context` is a scope, made by whichever copy of this package. */
export function isScope(context: object): context is Scope {
  return 'brand' in context && context.brand === BRAND;
}

function joinSignals(
  first: AbortSignal | undefined,
  second: AbortSignal | undefined,
): AbortSignal | undefined {
  if (first === undefined) return second;
  return second === undefined ? first : AbortSignal.any([first, second]);
}
