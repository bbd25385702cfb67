/** Parsing and writing of the W3C Baggage header: https://www.w3.org/TR/baggage/ */
import { trimOptionalWhitespace } from '../propagation/whitespace.ts';
import { percentDecode, percentEncode } from './percent-encoding.ts';

/** `;ttl=30`, or `;private` without a value. */
export interface BaggageProperty {
  readonly key: string;
  readonly value?: string | undefined;
}

/** One pair of the `baggage` header. @see https://www.w3.org/TR/baggage/ */
export interface BaggageEntry {
  /** An HTTP token, case-sensitive. */
  readonly key: string;
  /** Any text: it is percent-encoded on its way. */
  readonly value: string;
  readonly properties: readonly BaggageProperty[];
}

/** In the order in which the entries came. Of a key that comes twice the last entry is the one that counts. */
export type Baggage = readonly BaggageEntry[];

/** What the specification asks everyone to carry, and what is carried here at most. */
export const BAGGAGE_LIMITS: { readonly entries: 64; readonly bytes: 8192 } = Object.freeze({
  entries: 64,
  bytes: 8192,
});

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

/** Whether `key` may name an entry or a property: one or more characters of an HTTP token. */
export function isBaggageKey(key: string): boolean {
  return TOKEN.test(key);
}

/**
 * The entries of a `baggage` header, or of several joined by commas. An entry that is malformed, or that would exceed
 * 64 entries or 8192 bytes, is left out whole; the others are kept. Never throws.
 */
export function parseBaggage(header: string): Baggage {
  const entries: BaggageEntry[] = [];
  const limit = new Limit();
  for (const raw of header.split(',')) {
    const member = trimOptionalWhitespace(raw);
    const entry = member.length > BAGGAGE_LIMITS.bytes ? undefined : parseEntry(member);
    if (entry === undefined || !limit.takes(member.length)) continue;
    entries.push(entry);
    if (limit.isFull) break;
  }
  return entries;
}

/** The `baggage` header, at most 64 entries and 8192 bytes: what exceeds them is left out whole. */
export function formatBaggage(baggage: Baggage): string | undefined {
  const limit = new Limit();
  const members = baggage.map(formatEntry).filter((member) => limit.takes(member.length));
  return members.length === 0 ? undefined : members.join(',');
}

/** Whether all of `baggage` is carried. */
export function fitsBaggageLimits(baggage: Baggage): boolean {
  const limit = new Limit();
  return baggage.every((entry) => limit.takes(formatEntry(entry).length));
}

class Limit {
  #entries = 0;
  #bytes = 0;

  get isFull(): boolean {
    return this.#entries === BAGGAGE_LIMITS.entries;
  }

  takes(memberBytes: number): boolean {
    const bytes = this.#bytes + memberBytes + (this.#entries === 0 ? 0 : 1);
    if (this.isFull || bytes > BAGGAGE_LIMITS.bytes) return false;
    this.#entries += 1;
    this.#bytes = bytes;
    return true;
  }
}

function parseEntry(member: string): BaggageEntry | undefined {
  const end = member.indexOf(';');
  const pair = parsePair(end === -1 ? member : member.slice(0, end));
  if (pair?.value === undefined) return undefined;
  const properties = end === -1 ? [] : parseProperties(member.slice(end + 1));
  return properties === undefined ? undefined : { key: pair.key, value: pair.value, properties };
}

/** `ttl=30;private`; undefined when one of them is malformed. */
export function parseProperties(text: string): BaggageProperty[] | undefined {
  const properties: BaggageProperty[] = [];
  for (const part of text.split(';')) {
    const property = parsePair(part);
    if (property === undefined) return undefined;
    properties.push(property);
  }
  return properties;
}

/** `key = value` or `key`; a value may hold more `=`. */
function parsePair(text: string): BaggageProperty | undefined {
  const separator = text.indexOf('=');
  const key = trimOptionalWhitespace(separator === -1 ? text : text.slice(0, separator));
  if (!isBaggageKey(key)) return undefined;
  if (separator === -1) return { key };
  const value = trimOptionalWhitespace(text.slice(separator + 1));
  return OCTETS.test(value) ? { key, value: percentDecode(value) } : undefined;
}

function formatEntry({ key, value, properties }: BaggageEntry): string {
  return formatProperties([{ key, value }, ...properties]);
}

/** What `parseProperties` reads. */
export function formatProperties(properties: readonly BaggageProperty[]): string {
  return properties.map(formatPair).join(';');
}

function formatPair({ key, value }: BaggageProperty): string {
  return value === undefined ? key : `${key}=${percentEncode(value)}`;
}
