import { readFileSync, writeFileSync } from 'node:fs';
import { areas } from './areas/index.ts';
import { readArguments, UsageError } from './harness/arguments.ts';
import { type MeasuredArea, machine, withAreas } from './harness/markdown.ts';
import { createProgress } from './harness/progress.ts';
import { allMet, type Row } from './harness/rows.ts';
import { renderTable } from './harness/table.ts';

/** An area that could not be measured; the others are reported all the same. */
interface AreaError {
  readonly area: string;
  readonly message: string;
}

async function main(): Promise<number> {
  const { only, json, readme, rounds } = readArguments(process.argv.slice(2), Object.keys(areas));
  const progress = createProgress();
  const measured: MeasuredArea[] = [];
  const errors: AreaError[] = [];
  for (const name of only) {
    const measuredOn = `${new Date().toISOString().slice(0, 10)}: ${machine()}`;
    try {
      measured.push({ name, measuredOn, rows: (await areas[name]?.({ rounds, progress })) ?? [] });
    } catch (error) {
      errors.push({ area: name, message: error instanceof Error ? error.message : String(error) });
    }
  }
  progress.done();
  const results: Row[] = measured.flatMap(({ rows }) => rows);
  for (const { area, message } of errors) process.stderr.write(`${area} was not measured: ${message}\n`);
  const out = json ? process.stderr : process.stdout;
  out.write(`${renderTable(results, { width: out.columns ?? 100, color: out.isTTY === true })}\n`);
  if (readme) writeReadme(measured);
  const ok = errors.length === 0 && allMet(results);
  if (json)
    process.stdout.write(`${JSON.stringify({ ok, results, ...(errors.length > 0 && { errors }) })}\n`);
  return ok ? 0 : 1;
}

const README = new URL('../README.md', import.meta.url);

/** Replaces the figures of what was measured: date, machine and every row. */
function writeReadme(measured: readonly MeasuredArea[]): void {
  writeFileSync(README, withAreas(readFileSync(README, 'utf8'), measured, Object.keys(areas)));
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
