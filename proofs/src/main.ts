import { randomInt } from 'node:crypto';
import { readArguments, UsageError } from './harness/arguments.ts';
import { createRandom } from './harness/random.ts';
import { describeResult, listProofs } from './harness/report.ts';
import { proofs } from './proofs.ts';

const SEEDS = 2 ** 31;

async function main(): Promise<number> {
  const chosen = readArguments(process.argv.slice(2), proofs, randomInt(SEEDS));
  if (chosen === undefined) {
    process.stdout.write(listProofs(proofs));
    return 0;
  }
  const { name, seed, size, store, json } = chosen;
  const proof = proofs[name];
  if (proof === undefined) throw new UsageError(`There is no proof "${name}".`);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  say(
    `${name}: ${proof.claim}\nseed ${seed}, ${size} ${proof.unit}${store === undefined ? '' : `, store ${store}`}`,
  );
  const began = performance.now();
  const result = await proof.run({ random: createRandom(seed), size, store, progress: say });
  const ok = result.violations.length === 0;
  const figures = { ...result.figures, durationMs: Math.round(performance.now() - began) };
  const report = { ok, proof: name, seed, [proof.unit]: size, figures, violations: result.violations };
  (json ? process.stderr : process.stdout).write(describeResult(report));
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  return ok ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
