import type { ResourceAttributes } from '../resource.ts';
import type { InstrumentationScope, SpanData } from '../span-data.ts';
import { encodeScope, encodeSpan, REQUEST } from './encode-span.ts';
import { encodeAttribute } from './encode-value.ts';
import { WireWriter } from './wire.ts';

/** Big enough for some hundred spans, so that a quiet service never grows it. */
const INITIAL_BYTES = 64 * 1024;
/** Room for the length of a full batch, 16 KiB to 2 MiB. */
const BATCH_LENGTH_BYTES = 3;

/** The resource as bytes: it goes out with every batch and never changes. */
export function encodeResource(attributes: ResourceAttributes): Buffer {
  const writer = new WireWriter(1024);
  const start = writer.begin(REQUEST.resource);
  for (const [key, value] of Object.entries(attributes)) {
    encodeAttribute(writer, REQUEST.resourceAttribute, key, value);
  }
  writer.end(start);
  return writer.written();
}

/** Spans encoded as they end, kept apart by instrumentation scope, until they become one request body. */
export class OtlpBatch {
  spans = 0;
  readonly #writers = new Map<InstrumentationScope, WireWriter>();
  #lastScope: InstrumentationScope | undefined;
  #lastWriter: WireWriter | undefined;

  add(span: SpanData): void {
    encodeSpan(this.#writerFor(span.scope), span);
    this.spans += 1;
  }

  get bytes(): number {
    let sum = 0;
    for (const writer of this.#writers.values()) sum += writer.at;
    return sum;
  }

  /** Writes the whole `ExportTraceServiceRequest` over what the writer held, and gives the view of it. */
  toRequest(resource: Uint8Array, writer: WireWriter): Buffer {
    writer.at = 0;
    writer.reserve(this.bytes + resource.length + 256);
    const start = writer.begin(REQUEST.resourceSpans, BATCH_LENGTH_BYTES);
    writer.raw(resource);
    for (const [scope, spans] of this.#writers) {
      if (spans.at === 0) continue;
      const scopeStart = writer.begin(REQUEST.scopeSpans, BATCH_LENGTH_BYTES);
      encodeScope(writer, scope);
      writer.raw(spans.written());
      writer.end(scopeStart, BATCH_LENGTH_BYTES);
    }
    writer.end(start, BATCH_LENGTH_BYTES);
    return writer.written();
  }

  /** Empties the batch for the next spans and keeps its buffers. */
  reset(): void {
    this.spans = 0;
    for (const writer of this.#writers.values()) writer.at = 0;
  }

  #writerFor(scope: InstrumentationScope): WireWriter {
    if (scope === this.#lastScope && this.#lastWriter !== undefined) return this.#lastWriter;
    let writer = this.#writers.get(scope);
    if (writer === undefined) {
      writer = new WireWriter(INITIAL_BYTES);
      this.#writers.set(scope, writer);
    }
    this.#lastScope = scope;
    this.#lastWriter = writer;
    return writer;
  }
}
