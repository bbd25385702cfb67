import type { Proof, ProofResult } from './proof.ts';

export interface ProofReport extends ProofResult {
  readonly ok: boolean;
  readonly proof: string;
}

const SHOWN_VIOLATIONS = 20;

/** The names of the proofs, what each claims, and how it is sized. */
export function listProofs(proofs: Readonly<Record<string, Proof>>): string {
  const lines = Object.entries(proofs).map(
    ([name, { claim, unit, defaultSize }]) =>
      `  ${name.padEnd(10)} ${claim} (--${unit}, default ${defaultSize})`,
  );
  return `npm run prove -- NAME [--seed N] [--seconds|--rounds|--cases N] [--store|--engine NAME] [--json]\n\n${lines.join('\n')}\n`;
}

/** The result for a person: the figures, then what was violated, if anything. */
export function describeResult({ ok, proof, figures, violations }: ProofReport): string {
  const entries = Object.entries(figures);
  const width = Math.max(...entries.map(([name]) => name.length));
  const lines = entries.map(([name, value]) => `  ${name.padEnd(width)}  ${value.toLocaleString('en-US')}`);
  const shown = violations.slice(0, SHOWN_VIOLATIONS).map((violation) => `  VIOLATED: ${violation}`);
  if (violations.length > SHOWN_VIOLATIONS)
    shown.push(`  … and ${violations.length - SHOWN_VIOLATIONS} more`);
  return `${[...lines, ...shown, `${proof}: ${ok ? 'holds' : 'DOES NOT HOLD'}`].join('\n')}\n`;
}
