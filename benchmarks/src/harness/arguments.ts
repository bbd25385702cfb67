import { parseArgs } from 'node:util';

export interface BenchArguments {
  /** Areas in the order in which they run. */
  readonly only: readonly string[];
  readonly json: boolean;
  /** Whether the results are to be written into the README of the benchmarks. */
  readonly readme: boolean;
  /** Undefined: each area's own default. */
  readonly rounds: number | undefined;
}

/** A wrong word on the command line; its message is all the user needs. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'ERR_BENCH_USAGE';
}

const MAX_ROUNDS = 1000;

/**
 * Reads `--only a,b --rounds N --json --readme`.
 * @param known every area there is; also what runs without `--only`
 * @throws UsageError for an unknown area or option, or a count out of range
 */
export function readArguments(args: readonly string[], known: readonly string[]): BenchArguments {
  const { only, json, readme, rounds } = parse(args);
  return {
    only: only === undefined ? known : areasOf(only, known),
    json: json ?? false,
    readme: readme ?? false,
    rounds: roundsOf(rounds),
  };
}

function parse(args: readonly string[]): {
  only?: string;
  json?: boolean;
  readme?: boolean;
  rounds?: string;
} {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        json: { type: 'boolean' },
        readme: { type: 'boolean' },
        rounds: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function areasOf(only: string, known: readonly string[]): string[] {
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--only: there is no area "${unknown}". Areas: ${known.join(', ')}.`);
  }
  return [...new Set(names)];
}

function roundsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new UsageError(`--rounds is "${text}"; it must be a whole number from 1 to ${MAX_ROUNDS}.`);
  }
  return rounds;
}
