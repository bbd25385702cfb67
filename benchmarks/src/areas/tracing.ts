import { startPostgres, startRedis } from '@holdfast/test-servers';
import { interleave } from '../harness/interleave.ts';
import { compared, type Row } from '../harness/rows.ts';
import { pairwise } from '../harness/statistics.ts';
import { startSubject } from '../harness/subject.ts';
import { buildPackages, importing } from '../startup/import-times.ts';
import type { ServerMode } from '../subjects/tracing-servers.ts';
import type { AreaOptions } from './area.ts';

const DEFAULT_ROUNDS = 15;
const ROUND_MS = 150;
const MODES: readonly ServerMode[] = ['raw', 'ours', 'otel', 'commented'];

/**
 * What tracing adds to a call, a statement and a command, spans being encoded and posted by both sides; what the export
 * of one span is of that; and what the imports cost.
 */
export async function tracing(options: AreaOptions): Promise<Row[]> {
  return [...(await inProcess(options)), ...(await overServers(options)), ...(await imports(options))];
}

/** In one process: what is compared is tens of nanoseconds to a few microseconds. */
async function inProcess({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const file = new URL('../subjects/tracing.ts', import.meta.url);
  const subject = await startSubject(file);
  const keeping = await startSubject(file, { env: { HOLDFAST_BENCH_EXPORT: 'none' } });
  try {
    progress.step('tracing: warm-up');
    const samples = await interleave(
      {
        plainCall: await subject.prepare('plainCall', ROUND_MS),
        withSpan: await subject.prepare('withSpan', ROUND_MS),
        sdkSpan: await subject.prepare('sdkSpan', ROUND_MS),
        withSpanAlone: await keeping.prepare('withSpan', ROUND_MS),
        sdkSpanAlone: await keeping.prepare('sdkSpan', ROUND_MS),
        rawSqlite: await subject.prepare('rawSqlite', ROUND_MS),
        tracedSqlite: await subject.prepare('tracedSqlite', ROUND_MS),
        commentedSqlite: await subject.prepare('commentedSqlite', ROUND_MS),
      },
      { label: 'tracing', rounds, progress },
    );
    const row = (
      name: keyof typeof samples,
      title: string,
      rawName: keyof typeof samples,
      raw: string,
    ): Row =>
      compared({
        area: 'tracing',
        case: title,
        unit: 'ns',
        samples: samples[name],
        against: raw,
        againstSamples: samples[rawName],
      });
    const exportNs = (exported: number[], alone: number[]) =>
      pairwise(exported, alone, (whole, part) => whole - part);
    return [
      row('withSpan', 'withSpan() with export over OTLP', 'plainCall', 'a plain call'),
      row('withSpanAlone', 'withSpan() without export', 'plainCall', 'a plain call'),
      row(
        'withSpan',
        'withSpan() with export over OTLP',
        'sdkSpan',
        'span of the SDK, exported with its batch processor',
      ),
      compared({
        area: 'tracing',
        case: 'export over OTLP, of each span: encoded and posted in batches',
        unit: 'ns',
        samples: exportNs(samples.withSpan, samples.withSpanAlone),
        against: 'export by the batch processor and exporter of the SDK',
        againstSamples: exportNs(samples.sdkSpan, samples.sdkSpanAlone),
      }),
      row('tracedSqlite', 'TracedDatabase, one row', 'rawSqlite', 'better-sqlite3'),
      row('commentedSqlite', 'TracedDatabase with comments, one row', 'rawSqlite', 'better-sqlite3'),
    ];
  } finally {
    await subject.stop();
    await keeping.stop();
  }
}

/** A process per way of tracing: an instrumentation that patches a module patches it for all. */
async function overServers({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  progress.step('tracing: starting the servers');
  const redis = await startRedis();
  const postgres = await startPostgres();
  const env = { HOLDFAST_BENCH_REDIS: redis.url, HOLDFAST_BENCH_POSTGRES: postgres.url };
  const file = new URL('../subjects/tracing-servers.ts', import.meta.url);
  const subjects = await Promise.all(
    MODES.map((mode) => startSubject(file, { env: { ...env, HOLDFAST_BENCH_MODE: mode } })),
  );
  try {
    const rows: Row[] = [];
    for (const engine of ['redis', 'postgres'] as const) {
      const contenders = Object.fromEntries(
        await Promise.all(
          MODES.map(async (mode, index) => [mode, await subjects[index]?.prepare(engine, ROUND_MS)] as const),
        ),
      ) as Parameters<typeof interleave<ServerMode, number>>[0];
      rows.push(
        ...rowsOf(engine, await interleave(contenders, { label: `tracing: ${engine}`, rounds, progress })),
      );
    }
    return rows;
  } finally {
    for (const subject of subjects) await subject.stop();
    await redis.stop();
    await postgres.stop();
  }
}

function rowsOf(engine: 'redis' | 'postgres', samples: Record<ServerMode, number[]>): Row[] {
  const [name, raw, their] =
    engine === 'redis'
      ? ['traceRedis', 'ioredis', "OpenTelemetry's ioredis instrumentation"]
      : ['tracePg', 'pg', "OpenTelemetry's pg instrumentation"];
  const row = (mode: ServerMode, title: string, against: ServerMode, againstTitle: string): Row =>
    compared({
      area: 'tracing',
      case: `${title}, 64 at once`,
      unit: 'ns',
      samples: samples[mode],
      against: againstTitle,
      againstSamples: samples[against],
    });
  const rows = [
    row('ours', name, 'raw', raw),
    row('otel', their, 'raw', raw),
    row('ours', name, 'otel', their),
  ];
  return engine === 'redis' ? rows : [...rows, row('commented', `${name} with comments`, 'raw', raw)];
}

/** Each import in a fresh process, from the built packages. */
async function imports({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  progress.step('tracing: building the packages');
  buildPackages();
  const samples = await interleave(
    {
      ours: importing(['telemetry'], 'initTracing'),
      sdk: importing(['sdk']),
      auto: importing(['auto']),
    },
    { label: 'tracing: imports', rounds, progress },
  );
  const row = (against: string, againstSamples: readonly number[]): Row =>
    compared({
      area: 'tracing',
      case: 'imports of context, logging and tracing, and initTracing()',
      unit: 'ms',
      samples: samples.ours,
      against,
      againstSamples,
    });
  return [
    row('import of sdk-node', samples.sdk),
    row('imports of sdk-node and auto-instrumentations-node', samples.auto),
  ];
}
