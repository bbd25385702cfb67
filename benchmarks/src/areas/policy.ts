import { interleave } from '../harness/interleave.ts';
import { absolute, atLeast, atMost, type Compared, compared, type Row } from '../harness/rows.ts';
import type { AreaOptions } from './area.ts';
import { inUs, withLibraries } from './libraries.ts';

const DEFAULT_ROUNDS = 15;
const TITLE = 'retry + breaker + timeout + bulkhead, success';

/** The combined policy on its success path, one call after the other. */
export function policy({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  return withLibraries(async (subjects) => {
    progress.step('policy: warm-up');
    const samples = await interleave(
      {
        holdfast: await inUs(subjects.holdfast, 'policy'),
        cockatiel: await inUs(subjects.cockatiel, 'policy'),
        opossum: await inUs(subjects.opossum, 'policy'),
      },
      { label: 'policy', rounds, progress },
    );
    const ours = { area: 'policy', case: TITLE, unit: 'us', samples: samples.holdfast };
    const row = (against: string, againstSamples: number[]): Compared => ({
      ...ours,
      against,
      againstSamples,
      ratioOf: 'theirs/ours',
    });
    return [
      absolute(ours, atMost(2)),
      compared(row('cockatiel wrap', samples.cockatiel), atLeast(4)),
      compared(row('opossum with timeout and capacity, no retry', samples.opossum)),
    ];
  });
}
