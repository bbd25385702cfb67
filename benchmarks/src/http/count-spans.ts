import { gunzipSync } from 'node:zlib';

/** Field numbers on the way down to the spans of an ExportTraceServiceRequest (opentelemetry-proto, trace/v1). */
const RESOURCE_SPANS = 1;
const SCOPE_SPANS = 2;
const SPANS = 2;

const WIRE_VARINT = 0;
const WIRE_64_BIT = 1;
const WIRE_LENGTH = 2;
const WIRE_32_BIT = 5;

/** The number of spans in an OTLP trace request, without decoding them. */
export function countSpans(body: Uint8Array, gzipped = false): number {
  let spans = 0;
  for (const resourceSpans of messages(gzipped ? gunzipSync(body) : body, RESOURCE_SPANS)) {
    for (const scopeSpans of messages(resourceSpans, SCOPE_SPANS)) {
      for (const _span of messages(scopeSpans, SPANS)) spans += 1;
    }
  }
  return spans;
}

/** The length-delimited fields numbered `wanted` of a protobuf message. */
function* messages(message: Uint8Array, wanted: number): Generator<Uint8Array> {
  let position = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[position] ?? 0;
      position += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (position < message.length) {
    const tag = varint();
    const wire = tag & 7;
    if (wire === WIRE_LENGTH) {
      const length = varint();
      if (tag >> 3 === wanted) yield message.subarray(position, position + length);
      position += length;
    } else if (wire === WIRE_VARINT) varint();
    else if (wire === WIRE_64_BIT) position += 8;
    else if (wire === WIRE_32_BIT) position += 4;
    else throw new Error(`Not an OTLP request: wire type ${wire}.`);
  }
}
