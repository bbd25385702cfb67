import type { AnyValue } from '../span-data.ts';
import type { WireWriter } from './wire.ts';

/** The tag of `Span.attributes`. */
export const SPAN_ATTRIBUTE = 0x4a;

/** Tags of opentelemetry/proto/common/v1/common.proto. */
const KEY_VALUE = { key: 0x0a, value: 0x12 } as const;
const ANY = {
  string: 0x0a,
  bool: 0x10,
  int: 0x18,
  double: 0x21,
  list: 0x2a,
  map: 0x32,
  bytes: 0x3a,
} as const;
const LIST_ITEM = 0x0a;

/** A `KeyValue` as the field `tag`. */
export function encodeAttribute(writer: WireWriter, tag: number, key: string, value: AnyValue): void {
  if (typeof value === 'string' && writer.shortPair(tag, key, value)) return;
  const start = writer.begin(tag);
  writer.stringField(KEY_VALUE.key, key);
  encodeValue(writer, KEY_VALUE.value, value);
  writer.end(start);
}

function encodeValue(writer: WireWriter, tag: number, value: AnyValue): void {
  const start = writer.begin(tag);
  if (typeof value === 'string') writer.stringField(ANY.string, value);
  else if (typeof value === 'number') encodeNumber(writer, value);
  else if (typeof value === 'boolean') writer.varintField(ANY.bool, value ? 1 : 0);
  else if (value !== null) encodeComposite(writer, value);
  writer.end(start);
}

function encodeNumber(writer: WireWriter, value: number): void {
  if (Number.isSafeInteger(value)) writer.int64Field(ANY.int, value);
  else writer.doubleField(ANY.double, value);
}

function encodeComposite(
  writer: WireWriter,
  value: Uint8Array | AnyValue[] | { [key: string]: AnyValue },
): void {
  if (value instanceof Uint8Array) {
    writer.bytesField(ANY.bytes, value);
    return;
  }
  const start = writer.begin(Array.isArray(value) ? ANY.list : ANY.map);
  if (Array.isArray(value)) for (const item of value) encodeValue(writer, LIST_ITEM, item);
  else for (const [key, item] of Object.entries(value)) encodeAttribute(writer, LIST_ITEM, key, item);
  writer.end(start);
}
