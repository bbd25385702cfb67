import { InputTooLargeError, UncanonicalInputError } from '../errors.ts';

const DEEPEST = 500;

/**
 * One text for each JSON value, whatever the order of its keys was. Numbers that a parser cannot tell apart are the
 * same; strings are compared as they are, without Unicode normalisation. `undefined` members are left out, as in JSON.
 * @throws InputTooLargeError over `maxCharacters`
 * @throws UncanonicalInputError for what JSON cannot say, and for more than 500 levels
 */
export function canonicalJson(value: unknown, maxCharacters: number): string {
  const writer = new Writer(maxCharacters);
  writer.write(value, 0);
  return writer.text;
}

class Writer {
  readonly #maxCharacters: number;
  text = '';

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  write(value: unknown, depth: number): void {
    if (depth > DEEPEST) throw new UncanonicalInputError(`has more than ${DEEPEST} levels`);
    if (value === null || typeof value === 'boolean') this.#emit(String(value));
    else if (typeof value === 'string') this.#emit(JSON.stringify(value));
    // JSON.stringify makes null of 1e999 and 0 of -0; here they stay what they are.
    else if (typeof value === 'number') this.#emit(Object.is(value, -0) ? '-0' : String(value));
    else if (typeof value === 'bigint') this.#emit(`${value}n`);
    else if (Array.isArray(value)) this.#writeArray(value, depth);
    else if (typeof value === 'object') this.#writeObject(value, depth);
    else throw new UncanonicalInputError(`has a value of type ${typeof value} in it`);
  }

  #emit(text: string): void {
    this.text += text;
    if (this.text.length > this.#maxCharacters) throw new InputTooLargeError(this.#maxCharacters);
  }

  #writeArray(values: readonly unknown[], depth: number): void {
    this.#emit('[');
    for (const [index, item] of values.entries()) {
      if (index > 0) this.#emit(',');
      this.write(item ?? null, depth + 1);
    }
    this.#emit(']');
  }

  #writeObject(value: object, depth: number): void {
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      this.write((value.toJSON as () => unknown)(), depth + 1);
      return;
    }
    this.#emit('{');
    let comma = '';
    // Plain comparison of code units: the order must not depend on a locale.
    for (const name of Object.keys(value).sort()) {
      const member: unknown = (value as Record<string, unknown>)[name];
      if (member === undefined) continue;
      this.#emit(`${comma}${JSON.stringify(name)}:`);
      comma = ',';
      this.write(member, depth + 1);
    }
    this.#emit('}');
  }
}
