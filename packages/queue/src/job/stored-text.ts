import type { EngineName } from '../channels.ts';

/** Escapes of U+0000 and of halves of characters in JSON: PostgreSQL's jsonb takes neither. */
const NOT_FOR_POSTGRES = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** Why JSON cannot be kept by an engine, or undefined where it can. */
export function unstorable(json: string, engine: EngineName): string | undefined {
  if (engine !== 'postgres') return undefined;
  if (NOT_FOR_POSTGRES.test(json)) return 'holds U+0000 or half of a character, which PostgreSQL cannot keep';
  return json === 'null'
    ? 'is null, which comes back as {} from PostgreSQL; wrap it in an object'
    : undefined;
}

/** A result that cannot be kept must not make a job fail whose work is done: it is kept as null. */
export function storableResult(value: unknown, engine: EngineName): unknown {
  if (value === undefined) return null;
  try {
    const json = JSON.stringify(value);
    return json === undefined || unstorable(json, engine) !== undefined ? null : value;
  } catch {
    return null;
  }
}
