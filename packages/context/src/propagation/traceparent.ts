/** Parsing and writing of W3C Trace Context level 2 headers: https://www.w3.org/TR/trace-context-2/ */
import { trimOptionalWhitespace } from './whitespace.ts';

/** What a `traceparent` header says. @see https://www.w3.org/TR/trace-context/#traceparent-header */
export interface TraceParent {
  readonly traceId: string;
  readonly parentSpanId: string;
  /** The flags this version of the specification knows: sampled (1) and random trace id (2). */
  readonly traceFlags: number;
}

const KNOWN_FLAGS = 0b11;
const VERSION_00 = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const LENGTH_OF_VERSION_00 = 55;
const ZERO_TRACE_ID = '0'.repeat(32);
const ZERO_SPAN_ID = '0'.repeat(16);

/** The parts of a `traceparent` header, or undefined when it is malformed and a new trace must begin. */
export function parseTraceparent(header: string): TraceParent | undefined {
  const match = VERSION_00.exec(header);
  if (match === null) return undefined;
  const [, version, traceId = '', parentSpanId = '', flags = ''] = match;
  if (version === 'ff' || traceId === ZERO_TRACE_ID || parentSpanId === ZERO_SPAN_ID) return undefined;
  if (version === '00' && header.length !== LENGTH_OF_VERSION_00) return undefined;
  return { traceId, parentSpanId, traceFlags: Number.parseInt(flags, 16) & KNOWN_FLAGS };
}

/** The value of the header `traceparent`, version 00; flags other than sampled and random are dropped (W3C Trace Context level 2). */
export function formatTraceparent(traceId: string, spanId: string, traceFlags: number): string {
  return `00-${traceId}-${spanId}-0${traceFlags & KNOWN_FLAGS}`;
}

const MAX_MEMBERS = 32;
/** Level 2 knows no vendor format any more: `@` is a character like the others, though not the first. */
const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * The `tracestate` as it is to be passed on, or undefined when empty or malformed: then it is dropped whole. Of a key
 * that comes twice the first member stays, which is the more recent one.
 */
export function parseTracestate(header: string): string | undefined {
  if (header === '') return undefined;
  const members = new Map<string, string>();
  let count = 0;
  for (const raw of header.split(',')) {
    const member = trimOptionalWhitespace(raw);
    if (member === '') continue;
    count += 1;
    const separator = member.indexOf('=');
    const key = member.slice(0, Math.max(separator, 0));
    if (count > MAX_MEMBERS || !KEY.test(key) || !VALUE.test(member.slice(separator + 1))) return undefined;
    if (!members.has(key)) members.set(key, member);
  }
  return count === 0 ? undefined : [...members.values()].join(',');
}
