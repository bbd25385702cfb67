import { interleave } from '../harness/interleave.ts';
import { compared, type Row } from '../harness/rows.ts';
import { startSubject } from '../harness/subject.ts';
import type { AreaOptions } from './area.ts';

const DEFAULT_ROUNDS = 15;
const ROUND_MS = 100;
const CASES = [
  'pino',
  'pinoIds',
  'logger',
  'pinoBuffered',
  'loggerBuffered',
  'pinoSilent',
  'loggerSilent',
  'pinoRequest',
  'request',
] as const;

type Name = (typeof CASES)[number];
type Samples = Readonly<Record<Name, number[]>>;

/**
 * A log line against raw pino, in one process. Our logger copies what it is given, redacts at any depth and bounds
 * the line; pino with ids has the same ids and four redacted paths. The request line is compared with pino writing the
 * same fields through a buffer, since request lines of one turn are written together.
 */
export async function logging({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const subject = await startSubject(new URL('../subjects/logging.ts', import.meta.url));
  try {
    progress.step('logging: warm-up');
    const contenders: Record<string, Awaited<ReturnType<typeof subject.prepare>>> = {};
    for (const name of CASES) contenders[name] = await subject.prepare(name, ROUND_MS);
    return rowsOf((await interleave(contenders, { label: 'logging', rounds, progress })) as Samples);
  } finally {
    await subject.stop();
  }
}

function rowsOf(samples: Samples): Row[] {
  const row = (name: Name, title: string, rawName: Name, raw: string): Row =>
    compared({
      area: 'logging',
      case: title,
      unit: 'ns',
      samples: samples[name],
      against: raw,
      againstSamples: samples[rawName],
    });
  return [
    row('logger', 'log line, written at once', 'pinoIds', 'pino with ids and redaction'),
    row('logger', 'log line, written at once, against bare pino', 'pino', 'pino'),
    row('loggerBuffered', 'log line, buffered', 'pinoBuffered', 'pino with ids, buffered'),
    row('loggerSilent', 'line below the level', 'pinoSilent', 'pino'),
    row('request', 'request line', 'pinoRequest', 'pino with ids, buffered, same fields'),
  ];
}
