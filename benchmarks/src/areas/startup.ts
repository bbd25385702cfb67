import { interleave } from '../harness/interleave.ts';
import { absolute, atMost, compared, type Row } from '../harness/rows.ts';
import { pairwise } from '../harness/statistics.ts';
import { buildPackages, importAll, importing } from '../startup/import-times.ts';
import type { AreaOptions } from './area.ts';

const DEFAULT_ROUNDS = 15;

/** Time to import in fresh processes. Our packages are built first: published code is what a service starts. */
export async function startup({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  progress.step('startup: building the packages');
  buildPackages();
  const { openTelemetrySdkModules } = await importAll(['base', 'ours'], 'countModules');
  const samples = await interleave(
    {
      base: importing(['base']),
      ours: importing(['base', 'ours']),
      oursTracing: importing(['base', 'ours'], 'initTracing'),
      peerTracing: importing(['base', 'peers'], 'startNodeSdk'),
      autoTracing: importing(['base', 'auto']),
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
