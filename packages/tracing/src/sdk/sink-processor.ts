import type { Attributes, HrTime, Link } from '@opentelemetry/api';
import type { SpanProcessor } from '../options.ts';
import type { SinkControl, SinkStats, SpanSink } from '../sinks/sink.ts';
import type { AnyValue, AttributeLists, EventData, LinkData, SpanData } from '../span-data.ts';

/** An ended span as the OpenTelemetry SDK shows it. */
export type ReadableSpan = Parameters<SpanProcessor['onEnd']>[0];

/** The end of the SDK's chain of processors: hands its spans to an exporter of ours. */
export class SinkProcessor implements SpanProcessor, SinkControl {
  readonly #sink: SpanSink;

  constructor(sink: SpanSink) {
    this.#sink = sink;
  }

  onStart(): void {
    // Nothing is known yet that the end does not know better.
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & 1) !== 0) this.#sink.add(toSpanData(span));
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  flush(timeoutMs: number): Promise<void> {
    return this.#sink.flush(timeoutMs);
  }

  close(timeoutMs: number): Promise<void> {
    return this.#sink.close(timeoutMs);
  }

  stats(): SinkStats {
    return this.#sink.stats();
  }
}

/** The SDK's span in the form that our exporters read. The SDK has cleaned and cut its values already. */
export function toSpanData(span: ReadableSpan): SpanData {
  const { parentSpanContext: parent, status } = span;
  return {
    scope: span.instrumentationScope,
    context: span.spanContext(),
    parentSpanId: parent?.spanId,
    parentIsRemote: parent?.isRemote === true,
    name: span.name,
    kind: span.kind,
    startUs: toUs(span.startTime),
    endUs: toUs(span.endTime),
    prepared: undefined,
    attributes: toLists(span.attributes, span.droppedAttributesCount),
    events: span.events.map(
      (event): EventData => ({
        ...toLists(event.attributes, event.droppedAttributesCount),
        name: event.name,
        timeUs: toUs(event.time),
      }),
    ),
    links: span.links.map(toLink),
    statusCode: status.code,
    statusMessage: status.message,
    droppedEvents: span.droppedEventsCount,
    droppedLinks: span.droppedLinksCount,
  };
}

function toLink(link: Link): LinkData {
  return { ...toLists(link.attributes, link.droppedAttributesCount), context: link.context };
}

function toLists(attributes: Attributes | undefined, dropped: number | undefined): AttributeLists {
  const entries = Object.entries(attributes ?? {});
  return {
    keys: entries.map(([key]) => key),
    values: entries.map(([, value]) => value as AnyValue),
    dropped: dropped ?? 0,
  };
}

function toUs([seconds, nanoseconds]: HrTime): number {
  return seconds * 1_000_000 + Math.round(nanoseconds / 1000);
}
