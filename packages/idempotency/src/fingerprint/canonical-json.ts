import { InputTooLargeError, UncanonicalInputError } from '../errors.ts';

const DEEPEST = 500;

/**
 * One text for each JSON value, whatever the order of its keys was. Numbers that a parser cannot tell apart are the
 * same; strings are compared as they are, without Unicode normalisation. `undefined` members are left out, as in JSON.
 * @throws InputTooLargeError over `maxCharacters`
 * @throws UncanonicalInputError for what JSON cannot say, and for more than 500 levels
 */
export function canonicalJson(value: unknown, maxCharacters: number): string {
  const parts: string[] = [];
  let length = 0;
  const emit = (text: string): void => {
    length += text.length;
    if (length > maxCharacters) throw new InputTooLargeError(maxCharacters);
    parts.push(text);
  };
  write(value, 0, emit);
  return parts.join('');
}

type Emit = (text: string) => void;

function write(value: unknown, depth: number, emit: Emit): void {
  if (depth > DEEPEST) throw new UncanonicalInputError(`has more than ${DEEPEST} levels`);
  if (value === null || typeof value === 'boolean') emit(String(value));
  else if (typeof value === 'string') emit(JSON.stringify(value));
  // JSON.stringify makes null of 1e999 and 0 of -0; here they stay what they are.
  else if (typeof value === 'number') emit(Object.is(value, -0) ? '-0' : String(value));
  else if (typeof value === 'bigint') emit(`${value}n`);
  else if (Array.isArray(value)) writeArray(value, depth, emit);
  else if (typeof value === 'object') writeObject(value, depth, emit);
  else throw new UncanonicalInputError(`has a value of type ${typeof value} in it`);
}

function writeArray(values: readonly unknown[], depth: number, emit: Emit): void {
  emit('[');
  values.forEach((item, index) => {
    if (index > 0) emit(',');
    write(item ?? null, depth + 1, emit);
  });
  emit(']');
}

function writeObject(value: object, depth: number, emit: Emit): void {
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    write((value.toJSON as () => unknown)(), depth + 1, emit);
    return;
  }
  emit('{');
  let isFirst = true;
  // Plain comparison of code units: the order must not depend on a locale.
  for (const name of Object.keys(value).sort()) {
    const member: unknown = (value as Record<string, unknown>)[name];
    if (member === undefined) continue;
    emit(`${isFirst ? '' : ','}${JSON.stringify(name)}:`);
    isFirst = false;
    write(member, depth + 1, emit);
  }
  emit('}');
}
