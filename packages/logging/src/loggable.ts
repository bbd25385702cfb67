import { errorFields } from './error-fields.ts';
import { knownShape } from './known-shapes.ts';
import type { Redaction } from './redaction.ts';
import { loggableText } from './text.ts';

export interface LoggableLimits {
  readonly maxDepth: number;
  readonly maxValues: number;
  readonly maxTextLength: number;
}

type Fields = Record<string, unknown>;

/**
 * Makes a plain copy of whatever an application passes: secrets replaced, errors as fields, and nothing left that can
 * throw, recurse or grow without bound when it is turned into JSON.
 */
export class Loggable {
  readonly #redaction: Redaction;
  readonly #limits: LoggableLimits;
  readonly #ancestors: object[] = [];
  #values = 0;

  constructor(redaction: Redaction, limits: LoggableLimits) {
    this.#redaction = redaction;
    this.#limits = limits;
  }

  /** The own fields of `context`; a key for which `isReserved` holds gets a `_` at its end. */
  fields(context: object, isReserved: (key: string) => boolean): Fields {
    this.#values = 0;
    this.#ancestors.length = 0;
    const copy = context instanceof Error ? { err: this.value(context) } : this.#objectOrValue(context);
    for (const key of Object.keys(copy)) {
      if (!isReserved(key)) continue;
      copy[`${key}_`] = copy[key];
      delete copy[key];
    }
    return copy;
  }

  value(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'bigint':
        return value.toString();
      case 'function':
        return '[function]';
      case 'symbol':
        return '[symbol]';
      case 'object':
        return value === null ? null : this.#object(value);
      default:
        return value;
    }
  }

  text(text: string): string {
    return loggableText(text, this.#limits.maxTextLength, this.#redaction);
  }

  #objectOrValue(context: object): Fields {
    const copy = this.#object(context);
    const isFields = typeof copy === 'object' && copy !== null && !Array.isArray(copy);
    return isFields ? (copy as Fields) : { value: copy };
  }

  #object(value: object): unknown {
    if (this.#ancestors.includes(value)) return '[circular]';
    if (this.#ancestors.length >= this.#limits.maxDepth) return '[too deep]';
    this.#ancestors.push(value);
    try {
      return this.#copy(value);
    } catch {
      // A getter, a proxy trap or a toJSON() threw; what it threw may be just as hostile.
      return '[unreadable]';
    } finally {
      this.#ancestors.pop();
    }
  }

  #copy(value: object): unknown {
    if (value instanceof Error) return this.#entries(errorFields(value));
    const shape = knownShape(value);
    if (shape !== undefined)
      return typeof shape.value === 'object' ? this.#plain(shape.value) : this.value(shape.value);
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      const json: unknown = value.toJSON();
      return typeof json === 'object' && json !== null ? this.#plain(json) : this.value(json);
    }
    return this.#plain(value);
  }

  #plain(value: object): unknown {
    return Array.isArray(value) ? this.#list(value) : this.#entries(keysAndValues(value));
  }

  #list(list: readonly unknown[]): unknown[] {
    const copy: unknown[] = [];
    for (let index = 0; index < list.length; index += 1) {
      if (this.#isFull()) {
        copy.push(`[${list.length - index} more]`);
        break;
      }
      copy.push(this.value(read(list, index)));
    }
    return copy;
  }

  #entries(entries: Iterable<readonly [string, unknown]>): Fields {
    const copy = Object.create(null) as Fields;
    for (const [key, value] of entries) {
      if (value === undefined || typeof value === 'function') continue;
      if (this.#isFull()) {
        copy['truncated'] = true;
        break;
      }
      const name = key.length > 256 ? key.slice(0, 256) : key;
      copy[name] = this.#redaction.isSecretKey(name) ? this.#redaction.censor : this.value(value);
    }
    return copy;
  }

  #isFull(): boolean {
    this.#values += 1;
    return this.#values > this.#limits.maxValues;
  }
}

function* keysAndValues(value: object): Generator<readonly [string, unknown]> {
  // `__proto__` as an own key would change the copy's prototype further down the line.
  for (const key of Object.keys(value)) if (key !== '__proto__') yield [key, read(value, key)];
}

function read(value: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    return '[unreadable]';
  }
}
