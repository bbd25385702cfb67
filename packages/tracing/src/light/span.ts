import type {
  Attributes,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import { SpanStatusCode } from '../otel-api.ts';
import type { PreparedAttributes } from '../prepared-attributes.ts';
import type { SpanSink } from '../sinks/sink.ts';
import type { AttributeLists, EventData, InstrumentationScope, LinkData, SpanData } from '../span-data.ts';
import { AttributeList, NO_ATTRIBUTES } from './attribute-list.ts';
import type { SpanLimits } from './limits.ts';
import { isTimeInput, type SpanTime } from './span-time.ts';

/** What all spans of one tracer share. */
export interface SpanOwner {
  readonly scope: InstrumentationScope;
  readonly sink: SpanSink;
  readonly limits: SpanLimits;
  readonly time: SpanTime;
}

const NO_EVENTS: EventData[] = [];
const NO_LINKS: LinkData[] = [];

/**
 * A recording span that holds no more than its own data and goes to the sink as it is when it ends: no processor
 * chain, no copy, no lists until something is put in them.
 */
export class LightSpan implements Span, SpanData {
  readonly context: SpanContext;
  readonly parentSpanId: string | undefined;
  readonly parentIsRemote: boolean;
  readonly kind: SpanKind;
  readonly startUs: number;
  /** What turns the monotonic clock into epoch milliseconds for this whole trace. */
  readonly offsetMs: number;
  name: string;
  endUs = 0;
  prepared: PreparedAttributes | undefined = undefined;
  attributes: AttributeLists = NO_ATTRIBUTES;
  events: EventData[] = NO_EVENTS;
  links: LinkData[] = NO_LINKS;
  statusCode: SpanStatusCode = SpanStatusCode.UNSET;
  statusMessage: string | undefined = undefined;
  droppedEvents = 0;
  droppedLinks = 0;
  readonly #owner: SpanOwner;

  constructor(
    owner: SpanOwner,
    name: string,
    kind: SpanKind,
    context: SpanContext,
    parentSpanId: string | undefined,
    parentIsRemote: boolean,
    offsetMs: number,
    startTime: TimeInput | undefined,
  ) {
    this.#owner = owner;
    this.name = name;
    this.kind = kind;
    this.context = context;
    this.parentSpanId = parentSpanId;
    this.parentIsRemote = parentIsRemote;
    this.offsetMs = offsetMs;
    this.startUs =
      startTime === undefined ? owner.time.nowUs(offsetMs) : owner.time.toUs(startTime, offsetMs);
  }

  get scope(): InstrumentationScope {
    return this.#owner.scope;
  }

  spanContext(): SpanContext {
    return this.context;
  }

  isRecording(): boolean {
    return this.endUs === 0;
  }

  setAttribute(key: string, value: unknown): this {
    if (this.endUs !== 0) return this;
    const { attributeCount, attributeValueLength } = this.#owner.limits;
    if (this.prepared?.keys.includes(key) === true) this.#unshare(this.prepared);
    this.#ownAttributes().set(key, value, attributeCount, attributeValueLength);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    for (const key in attributes) if (Object.hasOwn(attributes, key)) this.setAttribute(key, attributes[key]);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.endUs !== 0) return this;
    const timeGiven = isTimeInput(attributesOrTime) ? (time ?? attributesOrTime) : time;
    const attributes = isTimeInput(attributesOrTime) ? undefined : attributesOrTime;
    const { limits, time: clock } = this.#owner;
    const timeUs =
      timeGiven === undefined ? clock.nowUs(this.offsetMs) : clock.toUs(timeGiven, this.offsetMs);
    if (this.events === NO_EVENTS) this.events = [];
    const lists = this.#listsOf(attributes, limits.attributesPerEvent);
    const event = { name, timeUs, keys: lists.keys, values: lists.values, dropped: lists.dropped };
    this.droppedEvents += pushBounded(this.events, event, limits.eventCount);
    return this;
  }

  addLink(link: Link): this {
    if (this.endUs !== 0) return this;
    const { limits } = this.#owner;
    if (this.links === NO_LINKS) this.links = [];
    const lists = this.#listsOf(link.attributes, limits.attributesPerLink);
    const data = { context: link.context, keys: lists.keys, values: lists.values, dropped: lists.dropped };
    this.droppedLinks += pushBounded(this.links, data, limits.linkCount);
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  /** OK is final, and UNSET never takes anything back, as the specification has it. */
  setStatus(status: SpanStatus): this {
    if (this.endUs !== 0 || status.code === SpanStatusCode.UNSET || this.statusCode === SpanStatusCode.OK) {
      return this;
    }
    this.statusCode = status.code;
    this.statusMessage = status.code === SpanStatusCode.ERROR ? status.message : undefined;
    return this;
  }

  updateName(name: string): this {
    if (this.endUs === 0) this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.addEvent('exception', exceptionAttributes(exception), time);
  }

  end(endTime?: TimeInput): void {
    if (this.endUs !== 0) return;
    const { time, sink } = this.#owner;
    const endUs = endTime === undefined ? time.nowUs(this.offsetMs) : time.toUs(endTime, this.offsetMs);
    this.endUs = Math.max(endUs, this.startUs, 1);
    sink.add(this);
  }

  #ownAttributes(): AttributeList {
    if (this.attributes instanceof AttributeList) return this.attributes;
    const list = new AttributeList();
    this.attributes = list;
    return list;
  }

  /** One of the shared attributes changes: from here on they are the span's own. */
  #unshare(prepared: PreparedAttributes): void {
    this.prepared = undefined;
    this.setAttributes(prepared.attributes);
  }

  #listsOf(attributes: Attributes | undefined, maxCount: number): AttributeLists {
    if (attributes === undefined) return NO_ATTRIBUTES;
    const list = new AttributeList();
    list.setAll(attributes, maxCount, this.#owner.limits.attributeValueLength);
    return list;
  }
}

/** Adds at the end and lets the oldest go; returns how many went. */
function pushBounded<T>(list: T[], item: T, limit: number): number {
  list.push(item);
  if (list.length <= limit) return 0;
  list.shift();
  return 1;
}

/** @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/ */
function exceptionAttributes(exception: Exception): Attributes {
  if (typeof exception === 'string') return { 'exception.message': exception };
  const { code, name, message, stack } = exception;
  return {
    'exception.type': code === undefined || code === '' ? name : String(code),
    'exception.message': message,
    'exception.stacktrace': stack,
  };
}
