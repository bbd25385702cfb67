/** Import times of fresh processes. Our packages are built first: published code is what a service starts. */
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Contender } from '../harness/interleave.ts';
import type { ImportAction, ImportGroup, ImportReport } from './import-all.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BENCHMARKS = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = fileURLToPath(new URL('./import-all.ts', import.meta.url));

export function buildPackages(): void {
  const built = spawnSync('npx', ['-y', 'pnpm@12.21.0', 'run', 'build'], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`The packages cannot be built:\n${built.stdout}${built.stderr}`);
}

const run = promisify(execFile);

/** One fresh process without the source condition; its own report of the time, so that Node's start is not in it. */
export async function importAll(
  groups: readonly ImportGroup[],
  action: ImportAction = 'importOnly',
): Promise<ImportReport> {
  const args = ['--disable-warning=ExperimentalWarning', PROGRAM, groups.join(','), action];
  const { stdout } = await run(process.execPath, args, { cwd: BENCHMARKS });
  return JSON.parse(stdout) as ImportReport;
}

/** A contender that is one such process; milliseconds. */
export function importing(groups: readonly ImportGroup[], action?: ImportAction): Contender {
  return async () => (await importAll(groups, action)).ms;
}
