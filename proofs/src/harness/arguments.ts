import { parseArgs } from 'node:util';
import { type Proof, SIZE_UNITS } from './proof.ts';

export interface ProofArguments {
  readonly name: string;
  readonly seed: number;
  readonly size: number;
  /** Undefined where the proof has no stores to choose from. */
  readonly store: string | undefined;
  readonly json: boolean;
}

/** A wrong word on the command line; its message is all the user needs. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'ERR_PROVE_USAGE';
}

const MAX_SEED = 2 ** 32 - 1;
const MAX_SIZE = 1_000_000_000;

type Values = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Reads `NAME --seed N --rounds N --json`.
 * @param randomSeed the seed where none is given
 * @returns undefined without a name: then the proofs are to be listed
 * @throws UsageError
 */
export function readArguments(
  args: readonly string[],
  proofs: Readonly<Record<string, Proof>>,
  randomSeed: number,
): ProofArguments | undefined {
  const { values, positionals } = parse(args);
  const [name, surplus] = positionals;
  if (name === undefined) return undefined;
  if (surplus !== undefined) throw new UsageError(`One proof at a time: "${surplus}" is too much.`);
  const proof = Object.hasOwn(proofs, name) ? proofs[name] : undefined;
  if (proof === undefined) {
    throw new UsageError(`There is no proof "${name}". Proofs: ${Object.keys(proofs).join(', ')}.`);
  }
  return {
    name,
    seed: whole('seed', values, 0, MAX_SEED) ?? randomSeed,
    size: sizeOf(name, proof, values),
    store: storeOf(name, proof, values),
    json: values['json'] === true,
  };
}

function parse(args: readonly string[]): { values: Values; positionals: string[] } {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seed: text,
        seconds: text,
        rounds: text,
        cases: text,
        store: text,
        engine: text,
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function sizeOf(name: string, proof: Proof, values: Values): number {
  const wrong = SIZE_UNITS.find((unit) => unit !== proof.unit && values[unit] !== undefined);
  if (wrong !== undefined)
    throw new UsageError(`The proof "${name}" is sized by --${proof.unit}, not --${wrong}.`);
  return whole(proof.unit, values, 1, MAX_SIZE) ?? proof.defaultSize;
}

function storeOf(name: string, { stores }: Proof, values: Values): string | undefined {
  // What keeps the data of a queue is called its engine.
  const store = values['store'] ?? values['engine'] ?? stores?.[0];
  if (store === undefined || (typeof store === 'string' && stores?.includes(store))) return store;
  const choices = stores === undefined ? 'it has none to choose from' : `it has ${stores.join(', ')}`;
  throw new UsageError(`The proof "${name}" has no store "${String(store)}": ${choices}.`);
}

function whole(option: string, values: Values, min: number, max: number): number | undefined {
  const text = values[option];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`--${option} is "${text}"; it must be a whole number from ${min} to ${max}.`);
}
