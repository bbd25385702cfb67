import type { Random } from './random.ts';

export interface ProofContext {
  readonly random: Random;
  /** In the proof's own unit. */
  readonly size: number;
  /** The store that was asked for, one of the proof's `stores`; undefined where there are none. */
  readonly store: string | undefined;
  /** What is under way, for the person who waits. */
  readonly progress: (text: string) => void;
}

export interface ProofResult {
  /** What was done and found, in plain numbers. */
  readonly figures: Readonly<Record<string, number>>;
  /** What went wrong, each with enough to find it again. The proof holds when there is none. */
  readonly violations: readonly string[];
}

/** A claim of the project, tried against real processes, servers and faults. */
export interface Proof {
  /** One sentence: the claim. */
  readonly claim: string;
  readonly unit: SizeUnit;
  readonly defaultSize: number;
  /** What `--store`, or `--engine`, may name, the default first; missing where there is nothing to choose. */
  readonly stores?: readonly [string, ...string[]];
  run(context: ProofContext): Promise<ProofResult>;
}

export type SizeUnit = 'seconds' | 'rounds' | 'cases';

export const SIZE_UNITS: readonly SizeUnit[] = ['seconds', 'rounds', 'cases'];
