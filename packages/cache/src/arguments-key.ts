import { CacheKeyError } from './errors.ts';

const DEEPEST = 32;
const LONGEST_KEY = 4096;

/**
 * A text for a list of arguments: equal for equal values, whatever the order of their properties, and different for
 * different ones, also for `1` and `'1'`.
 * @throws CacheKeyError for what has no such text
 */
export function argumentsKey(args: readonly unknown[]): string {
  const key = args.map((arg) => textOf(arg, 0)).join(',');
  if (key.length > LONGEST_KEY) throw new CacheKeyError(`make a key of more than ${LONGEST_KEY} characters`);
  return key;
}

function textOf(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : textOfObject(value, depth + 1);
    default:
      throw new CacheKeyError(`contain a ${typeof value}`);
  }
}

function textOfObject(value: object, depth: number): string {
  if (depth > DEEPEST) throw new CacheKeyError('are nested too deeply, or contain themselves');
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item, depth)).join(',')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new CacheKeyError('contain an object that is neither plain, an array nor a Date');
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${textOf(item, depth)}`).join(',')}}`;
}
