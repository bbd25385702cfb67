import type { ProofResult } from './proof.ts';

/** The results of the parts of a proof as one: each figure by its part and in all, each violation with its part. */
export function joinResults(results: Readonly<Record<string, ProofResult>>): ProofResult {
  const figures: Record<string, number> = {};
  const violations: string[] = [];
  for (const [engine, result] of Object.entries(results)) {
    for (const [name, value] of Object.entries(result.figures)) {
      figures[`${engine}.${name}`] = value;
      figures[name] = (figures[name] ?? 0) + value;
    }
    violations.push(...result.violations.map((violation) => `${engine}: ${violation}`));
  }
  return { figures, violations };
}
