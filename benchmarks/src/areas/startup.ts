import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { interleave } from '../harness/interleave.ts';
import { absolute, atMost, compared, type Row } from '../harness/rows.ts';
import { pairwise } from '../harness/statistics.ts';
import type { ImportAction, ImportGroup, ImportReport } from '../startup/import-all.ts';
import type { AreaOptions } from './area.ts';

const DEFAULT_ROUNDS = 15;
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BENCHMARKS = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../startup/import-all.ts', import.meta.url));

/** Time to import in fresh processes. Our packages are built first: published code is what a service starts. */
export async function startup({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  progress.step('startup: building the packages');
  build();
  const { openTelemetrySdkModules } = await importAll(['base', 'ours'], 'countModules');
  const ms = (groups: readonly ImportGroup[], action?: ImportAction) => async () =>
    (await importAll(groups, action)).ms;
  const samples = await interleave(
    {
      base: ms(['base']),
      ours: ms(['base', 'ours']),
      oursTracing: ms(['base', 'ours'], 'initTracing'),
      peerTracing: ms(['base', 'peers'], 'startNodeSdk'),
      autoTracing: ms(['base', 'auto']),
    },
    { label: 'startup', rounds, progress },
  );
  const added = pairwise(samples.ours, samples.base, (ours, base) => ours - base);
  const row = { area: 'startup', unit: 'ms' };
  return [
    absolute(
      { ...row, case: 'imports of all packages, above Express and prom-client', samples: added },
      atMost(20),
    ),
    absolute(
      {
        area: 'startup',
        case: 'OpenTelemetry SDK modules loaded without initTracing',
        unit: 'modules',
        samples: [openTelemetrySdkModules],
      },
      atMost(0),
    ),
    compared(
      {
        ...row,
        case: 'imports and initTracing()',
        samples: samples.oursTracing,
        against: 'sdk-node with http and express instrumentation',
        againstSamples: samples.peerTracing,
      },
      atMost(1),
    ),
    compared(
      {
        ...row,
        case: 'imports and initTracing()',
        samples: samples.oursTracing,
        against: 'imports of sdk-node and auto-instrumentations-node',
        againstSamples: samples.autoTracing,
      },
      atMost(1),
    ),
    absolute({ ...row, case: 'imports of Express and prom-client alone', samples: samples.base }),
  ];
}

function build(): void {
  const built = spawnSync('npx', ['-y', 'pnpm@12.21.0', 'run', 'build'], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`The packages cannot be built:\n${built.stdout}${built.stderr}`);
}

const run = promisify(execFile);

/** One fresh process without the source condition; its own report of the time, so that Node's start is not in it. */
async function importAll(
  groups: readonly ImportGroup[],
  action: ImportAction = 'importOnly',
): Promise<ImportReport> {
  const args = ['--disable-warning=ExperimentalWarning', PROGRAM, groups.join(','), action];
  const { stdout } = await run(process.execPath, args, { cwd: BENCHMARKS });
  return JSON.parse(stdout) as ImportReport;
}
