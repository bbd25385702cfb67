import type { Progress } from './progress.ts';

/** One side of a comparison: measures itself once and gives the value, or values, of that round. */
export type Contender<Value = number> = () => Promise<Value>;

export interface InterleaveOptions {
  readonly label: string;
  readonly rounds: number;
  readonly progress: Progress;
}

/**
 * Measures the contenders in turn, A B C A B C …, and gives each one's values by round. Every second round runs
 * backwards, so that none always follows the same neighbour.
 */
export async function interleave<Name extends string, Value>(
  contenders: Readonly<Record<Name, Contender<Value>>>,
  { label, rounds, progress }: InterleaveOptions,
): Promise<Record<Name, Value[]>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as Value[]])) as Record<Name, Value[]>;
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of round % 2 === 1 ? names : names.toReversed()) {
      progress.step(`${label}: round ${round} of ${rounds}, ${name}`);
      samples[name].push(await contenders[name]());
    }
  }
  progress.done();
  return samples;
}
