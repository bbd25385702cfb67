import { encodeValue } from './encode.ts';

/** One difference between two images. */
export interface Difference {
  /** Where, as a JSON Pointer (RFC 6901); empty for the record as a whole. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What changed from one image to the next, in the order of the keys. Arrays are compared index by index. */
export function diffImages(before: unknown, after: unknown): Difference[] {
  const found: Difference[] = [];
  compare(before, after, '', found);
  return found;
}

function compare(before: unknown, after: unknown, path: string, found: Difference[]): void {
  if (isBranch(before) && isBranch(after) && Array.isArray(before) === Array.isArray(after)) {
    for (const key of keysOf(before, after)) {
      compare(memberOf(before, key), memberOf(after, key), `${path}/${pointerPart(key)}`, found);
    }
    return;
  }
  if (isAbsent(before, path) && isAbsent(after, path)) return;
  if (isAbsent(before, path)) found.push({ path, kind: 'added', after });
  else if (isAbsent(after, path)) found.push({ path, kind: 'removed', before });
  else if (!isSame(before, after)) found.push({ path, kind: 'changed', before, after });
}

type Branch = Readonly<Record<string, unknown>> | readonly unknown[];

function isBranch(value: unknown): value is Branch {
  return (
    typeof value === 'object' && value !== null && !(value instanceof Date) && !ArrayBuffer.isView(value)
  );
}

/** A record that does not exist is null as a whole; inside of one, null is a value. */
function isAbsent(value: unknown, path: string): boolean {
  return value === undefined || (value === null && path === '');
}

function keysOf(before: Branch, after: Branch): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Array.isArray(before) ? keys : keys.sort();
}

function memberOf(branch: Branch, key: string): unknown {
  return Object.hasOwn(branch, key) ? (branch as Record<string, unknown>)[key] : undefined;
}

function isSame(before: unknown, after: unknown): boolean {
  return before === after || encodeValue(before) === encodeValue(after);
}

function pointerPart(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
