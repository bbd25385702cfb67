import { AuditValueError } from '../errors.ts';

const DEEPEST = 100;
const UTF16_HALVES = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * The canonical JSON text of a value: keys sorted by code unit, no white space. What JSON cannot say is tagged:
 * `{"$bigint":"1"}`, `{"$date":"2026-01-01T00:00:00.000Z"}`, `{"$bytes":"00ff"}` (hex), `{"$number":"NaN"}`,
 * `{"$utf16":"…"}` (base64) for strings that no database takes: with a NUL or half of a surrogate pair. A key that
 * begins with `$` gets a second one. `undefined` members are left out, as in JSON.
 * @throws AuditValueError for functions, symbols, maps, sets, cycles and more than 100 levels
 */
export function encodeValue(value: unknown): string {
  return encode(value, 0);
}

function encode(value: unknown, depth: number): string {
  if (depth > DEEPEST) throw new AuditValueError(`has a cycle or more than ${DEEPEST} levels`);
  switch (typeof value) {
    case 'string':
      return encodeString(value);
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : tag('number', String(value));
    case 'boolean':
      return String(value);
    case 'bigint':
      return tag('bigint', String(value));
    case 'undefined':
      return 'null';
    case 'object':
      return value === null ? 'null' : encodeObject(value, depth);
    default:
      throw new AuditValueError(`has a ${typeof value} in it`);
  }
}

function encodeString(value: string): string {
  if (!UTF16_HALVES.test(value)) return JSON.stringify(value);
  return tag('utf16', Buffer.from(value, 'utf16le').toString('base64'));
}

function encodeObject(value: object, depth: number): string {
  if (value instanceof Date) return encodeDate(value);
  if (ArrayBuffer.isView(value)) {
    return tag('bytes', Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex'));
  }
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item: unknown) => encode(item, depth + 1)).join(',')}]`;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return encode((value.toJSON as () => unknown)(), depth + 1);
  }
  if (value instanceof Map || value instanceof Set) {
    throw new AuditValueError(`has a ${value instanceof Map ? 'Map' : 'Set'} in it`);
  }
  return encodeMembers(value as Readonly<Record<string, unknown>>, depth);
}

function encodeDate(value: Date): string {
  if (Number.isNaN(value.getTime())) throw new AuditValueError('has an invalid Date in it');
  return tag('date', value.toISOString());
}

function encodeMembers(value: Readonly<Record<string, unknown>>, depth: number): string {
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    if (UTF16_HALVES.test(key)) throw new AuditValueError('has a key that no database can hold');
    const name = key.startsWith('$') ? `$${key}` : key;
    members.push(`${JSON.stringify(name)}:${encode(member, depth + 1)}`);
  }
  return `{${members.join(',')}}`;
}

function tag(name: string, text: string): string {
  return `{"$${name}":"${text}"}`;
}
