import type { Attributes } from '@opentelemetry/api';
import type { AnyValue, AttributeLists } from '../span-data.ts';

/** The attributes of one span, event or link. Few enough that looking through the keys beats a map. */
export class AttributeList implements AttributeLists {
  readonly keys: string[] = [];
  readonly values: AnyValue[] = [];
  dropped = 0;

  /** Sets or replaces; a value of no allowed type is left out, a key over the limit is dropped and counted. */
  set(key: string, value: unknown, maxCount: number, maxLength: number): void {
    const accepted = acceptValue(value, maxLength);
    if (accepted === undefined || key === '') return;
    const { keys } = this;
    const known = keys.indexOf(key);
    if (known >= 0) this.values[known] = accepted;
    else if (keys.length >= maxCount) this.dropped += 1;
    else {
      keys.push(key);
      this.values.push(accepted);
    }
  }

  setAll(attributes: Attributes, maxCount: number, maxLength: number): void {
    for (const key in attributes) {
      if (Object.hasOwn(attributes, key)) this.set(key, attributes[key], maxCount, maxLength);
    }
  }
}

/** The list that nothing was ever set on. */
export const NO_ATTRIBUTES: AttributeLists = Object.freeze({ keys: [], values: [], dropped: 0 });

/** A value as it is kept: strings cut, lists and objects copied; undefined for what no attribute may hold. */
function acceptValue(value: unknown, maxLength: number): AnyValue | undefined {
  switch (typeof value) {
    case 'string':
      return value.length <= maxLength ? value : value.slice(0, maxLength);
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      return copyObject(value, maxLength, 0);
    default:
      return undefined;
  }
}

/** Deeper than anything meant to be read; also what ends a circle. */
const MAX_DEPTH = 16;

function copyObject(value: object | null, maxLength: number, depth: number): AnyValue | undefined {
  if (value === null) return null;
  if (value instanceof Uint8Array) return value.slice(0, Math.min(value.length, maxLength));
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return copyList(value, maxLength, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? copyMap(value, maxLength, depth) : undefined;
}

function copyList(list: readonly unknown[], maxLength: number, depth: number): AnyValue[] | undefined {
  const copy: AnyValue[] = [];
  for (const item of list) {
    const accepted = item === undefined ? null : acceptNested(item, maxLength, depth);
    if (accepted === undefined) return undefined;
    copy.push(accepted);
  }
  return copy;
}

function copyMap(map: object, maxLength: number, depth: number): Record<string, AnyValue> | undefined {
  const copy: Record<string, AnyValue> = Object.create(null) as Record<string, AnyValue>;
  for (const [key, item] of Object.entries(map)) {
    if (item === undefined) continue;
    const accepted = acceptNested(item, maxLength, depth);
    if (accepted === undefined) return undefined;
    copy[key] = accepted;
  }
  return copy;
}

function acceptNested(item: unknown, maxLength: number, depth: number): AnyValue | undefined {
  return typeof item === 'object' ? copyObject(item, maxLength, depth + 1) : acceptValue(item, maxLength);
}
