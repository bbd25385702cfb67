import { interleave } from '../harness/interleave.ts';
import { absolute, atMost, compared, type Row } from '../harness/rows.ts';
import { pairwise } from '../harness/statistics.ts';
import { startSubject } from '../harness/subject.ts';
import type { AreaOptions } from './area.ts';

const DEFAULT_ROUNDS = 21;
const ROUND_MS = 100;
const CASES = ['getStore', 'getCurrentTrace', 'otelActive', 'run', 'runWithTrace', 'otelWith'] as const;

type Samples = Readonly<Record<(typeof CASES)[number], number[]>>;

/** The context core against the bare AsyncLocalStorage and OpenTelemetry's context API, in one process. */
export async function context({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const subject = await startSubject(new URL('../subjects/context.ts', import.meta.url));
  try {
    progress.step('context: warm-up');
    const contenders = {
      getStore: await subject.prepare('getStore', ROUND_MS),
      getCurrentTrace: await subject.prepare('getCurrentTrace', ROUND_MS),
      otelActive: await subject.prepare('otelActive', ROUND_MS),
      run: await subject.prepare('run', ROUND_MS),
      runWithTrace: await subject.prepare('runWithTrace', ROUND_MS),
      otelWith: await subject.prepare('otelWith', ROUND_MS),
    };
    return rowsOf(await interleave(contenders, { label: 'context', rounds, progress }));
  } finally {
    await subject.stop();
  }
}

function rowsOf(samples: Samples): Row[] {
  const extraNs = pairwise(samples.getCurrentTrace, samples.getStore, (ours, raw) => ours - raw);
  const row = (
    name: keyof Samples,
    title: string,
    rawName: keyof Samples,
    raw: string,
    limit?: number,
  ): Row =>
    compared(
      {
        area: 'context',
        case: title,
        unit: 'ns',
        samples: samples[name],
        against: raw,
        againstSamples: samples[rawName],
      },
      limit === undefined ? undefined : atMost(limit),
    );
  return [
    absolute(
      { area: 'context', case: 'getCurrentTrace() above raw getStore()', unit: 'ns', samples: extraNs },
      atMost(5),
    ),
    row('getCurrentTrace', 'getCurrentTrace()', 'getStore', 'als.getStore()'),
    row('otelActive', 'OpenTelemetry context.active()', 'getStore', 'als.getStore()'),
    row('runWithTrace', 'runWithTrace()', 'run', 'als.run()', 1.3),
    row('otelWith', 'OpenTelemetry context.with(setValue)', 'run', 'als.run()'),
  ];
}
