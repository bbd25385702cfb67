/** Fields of `ExportTraceServiceResponse` and `ExportTracePartialSuccess` as protobuf tags. */
const PARTIAL_SUCCESS = 0x0a;
const REJECTED_SPANS = 0x08;

/** How many spans the collector says it left out; 0 for an empty or unreadable answer. */
export function readRejectedSpans(body: Uint8Array): number {
  if (body[0] !== PARTIAL_SUCCESS) return 0;
  const [, start] = readVarint(body, 1);
  return body[start] === REJECTED_SPANS ? readVarint(body, start + 1)[0] : 0;
}

/** The number at `at`, and where the next field begins. */
function readVarint(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  let scale = 1;
  for (let index = at; index < bytes.length && index < at + 8; index++) {
    const byte = bytes[index] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return [value, index + 1];
    scale *= 0x80;
  }
  return [0, bytes.length];
}
