import type { SpanContext, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { PreparedAttributes } from './prepared-attributes.ts';

/** What an attribute may hold, as the OpenTelemetry specification has it. */
export type AnyValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | AnyValue[]
  | { [key: string]: AnyValue };

/** Who made the span: name and version of the instrumentation. */
export interface InstrumentationScope {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
}

/** Attributes as two lists of one length: no object with changing shape per span. */
export interface AttributeLists {
  readonly keys: readonly string[];
  readonly values: readonly AnyValue[];
  /** How many did not fit the limits. */
  readonly dropped: number;
}

export interface EventData extends AttributeLists {
  readonly name: string;
  /** Epoch microseconds. */
  readonly timeUs: number;
}

export interface LinkData extends AttributeLists {
  readonly context: SpanContext;
}

/** An ended span, as every exporter of ours reads it; times are epoch microseconds. */
export interface SpanData {
  readonly scope: InstrumentationScope;
  readonly context: SpanContext;
  readonly parentSpanId: string | undefined;
  readonly parentIsRemote: boolean;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startUs: number;
  readonly endUs: number;
  /** Attributes that come before `attributes`, shared with other spans. */
  readonly prepared: PreparedAttributes | undefined;
  readonly attributes: AttributeLists;
  readonly events: readonly EventData[];
  readonly links: readonly LinkData[];
  readonly statusCode: SpanStatusCode;
  readonly statusMessage: string | undefined;
  readonly droppedEvents: number;
  readonly droppedLinks: number;
}
