import type { Proof } from '../harness/proof.ts';
import { fuzzContextHeaders } from './context-headers.ts';
import { createSignatureFuzzer } from './signatures.ts';

const PROGRESS_EVERY = 20_000;
const KEPT_VIOLATIONS = 100;

/** Hostile input through what reads it first: the trace headers and the signature verifiers. */
export const fuzz: Proof = {
  claim: 'No header makes the context or a signature verifier throw, believe a stranger, or take a forgery.',
  unit: 'cases',
  defaultSize: 100_000,
  run: async ({ random, size: cases, progress }) => {
    const violations: string[] = [];
    const fuzzSignatures = createSignatureFuzzer(random.fork());
    const figures = {
      contextCases: 0,
      signatureCases: 0,
      genuineAccepted: 0,
      forgeriesRefused: 0,
      slowestCaseUs: 0,
    };
    for (let index = 0; index < cases; index += 1) {
      const began = performance.now();
      if (index % 2 === 0) {
        figures.contextCases += 1;
        violations.push(...fuzzContextHeaders(random));
      } else {
        const result = fuzzSignatures();
        figures.signatureCases += 1;
        figures.genuineAccepted += result.accepted ? 1 : 0;
        figures.forgeriesRefused += result.refused ? 1 : 0;
        violations.push(...result.wrong);
      }
      figures.slowestCaseUs = Math.max(
        figures.slowestCaseUs,
        Math.round((performance.now() - began) * 1_000),
      );
      if ((index + 1) % PROGRESS_EVERY === 0) progress(`${index + 1} of ${cases} cases`);
      if (violations.length >= KEPT_VIOLATIONS) break;
    }
    return { figures, violations };
  },
};
