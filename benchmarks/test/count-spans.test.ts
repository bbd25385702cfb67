import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { countSpans } from '../src/http/count-spans.ts';

/** ExportTraceServiceRequest { resource_spans { resource {}, scope_spans { spans {…} spans {…} } } }, by hand. */
const TWO_SPANS = Uint8Array.of(
  0x0a,
  0x0c,
  0x0a,
  0x00,
  0x12,
  0x08,
  0x12,
  0x02,
  0x0a,
  0x00,
  0x12,
  0x02,
  0x0a,
  0x00,
);

describe('countSpans', () => {
  it('counts the spans of every resource and scope', () => {
    expect(countSpans(TWO_SPANS)).toBe(2);
    expect(countSpans(Uint8Array.of(...TWO_SPANS, ...TWO_SPANS))).toBe(4);
  });

  it('counts none in an empty request', () => {
    expect(countSpans(new Uint8Array())).toBe(0);
  });

  it('reads a compressed request', () => {
    expect(countSpans(gzipSync(TWO_SPANS), true)).toBe(2);
  });

  it('refuses what is not protobuf', () => {
    expect(() => countSpans(Uint8Array.of(0x0b))).toThrow('Not an OTLP request: wire type 3.');
  });
});
