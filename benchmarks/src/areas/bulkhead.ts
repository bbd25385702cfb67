import { interleave } from '../harness/interleave.ts';
import { type Compared, compared, type Row } from '../harness/rows.ts';
import type { AreaOptions } from './area.ts';
import { inUs, withLibraries } from './libraries.ts';

const DEFAULT_ROUNDS = 15;

/** The bulkhead alone: with a free place, without one, and with calls that wait for their turn. */
export function bulkhead({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  return withLibraries(async ({ holdfast, cockatiel }) => {
    progress.step('bulkhead: warm-up');
    const samples = await interleave(
      {
        free: await inUs(holdfast, 'bulkhead'),
        cockatielFree: await inUs(cockatiel, 'bulkhead'),
        full: await inUs(holdfast, 'bulkheadFull'),
        cockatielFull: await inUs(cockatiel, 'bulkheadFull'),
        queue: await inUs(holdfast, 'bulkheadQueue'),
        keys: await inUs(holdfast, 'bulkheadKeys'),
        cockatielQueue: await inUs(cockatiel, 'bulkheadQueue'),
      },
      { label: 'bulkhead', rounds, progress },
    );
    const row = (title: string, of: number[], againstSamples: number[]): Compared => ({
      area: 'bulkhead',
      case: title,
      unit: 'us',
      samples: of,
      against: 'cockatiel bulkhead',
      againstSamples,
      ratioOf: 'theirs/ours',
    });
    return [
      compared(row('a place is free', samples.free, samples.cockatielFree)),
      compared(row('full, rejected', samples.full, samples.cockatielFull)),
      compared(row('twenty calls at once through two places', samples.queue, samples.cockatielQueue)),
      compared(row('the same with four keys that take turns', samples.keys, samples.cockatielQueue)),
    ];
  });
}
