import { interleave } from '../harness/interleave.ts';
import { type Compared, compared, type Row } from '../harness/rows.ts';
import type { AreaOptions } from './area.ts';
import { inUs, withLibraries } from './libraries.ts';

const DEFAULT_ROUNDS = 15;

/** Retry alone, on the call that succeeds at once, as nearly all do. */
export function retry({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  return withLibraries(async ({ holdfast, cockatiel }) => {
    progress.step('retry: warm-up');
    const samples = await interleave(
      {
        made: await inUs(holdfast, 'retry'),
        budget: await inUs(holdfast, 'retryWithBudget'),
        each: await inUs(holdfast, 'retryWithBackoff'),
        cockatiel: await inUs(cockatiel, 'retry'),
      },
      { label: 'retry', rounds, progress },
    );
    const row = (title: string, of: number[]): Compared => ({
      area: 'retry',
      case: title,
      unit: 'us',
      samples: of,
      against: 'cockatiel retry',
      againstSamples: samples.cockatiel,
      ratioOf: 'theirs/ours',
    });
    return [
      compared(row('success, policy made once', samples.made)),
      compared(row('success, policy made once, with a retry budget', samples.budget)),
      compared(row('success, retryWithBackoff, options read at each call', samples.each)),
    ];
  });
}
