import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as api from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { SpanKind, SpanStatusCode } from '../src/index.ts';
import { otel } from '../src/otel-api.ts';

const run = promisify(execFile);

/** What a fresh process prints that runs `code`, with the packages from their sources. */
async function output(code: string): Promise<string> {
  const args = ['--conditions=@holdfast/source', '--input-type=module', '--eval', code];
  const { stdout } = await run(process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  return stdout.trim();
}

const COUNT_MODULES = `
  import { registerHooks } from 'node:module';
  let modules = 0;
  registerHooks({ load: (url, context, next) => { modules += url.includes('/@opentelemetry/'); return next(url, context); } });
  const tracing = await import('@holdfast/tracing');
  console.log(modules);
`;

describe('@opentelemetry/api', () => {
  it('is not loaded by importing the package, only by tracing something', async () => {
    expect(await output(COUNT_MODULES)).toBe('0');
    expect(
      await output(`${COUNT_MODULES} tracing.withSpan('work', () => {}); console.log(modules > 0);`),
    ).toBe('0\ntrue');
  });

  it('is the instance that an import gives, so a tracer fetched too early records from initTracing() on', async () => {
    expect(otel().trace).toBe(api.trace);
    const printed = await output(`
      import { trace } from '@opentelemetry/api';
      const early = trace.getTracer('library');
      const { initTracing } = await import('@holdfast/tracing');
      const tracing = initTracing({ exporter: 'none' });
      console.log(early.startSpan('work').isRecording());
      await tracing.shutdown();
    `);
    expect(printed).toBe('true');
  });

  it('has the kinds and status codes that this package names', () => {
    expect([{ ...SpanKind }, { ...SpanStatusCode }]).toEqual([
      { ...api.SpanKind },
      { ...api.SpanStatusCode },
    ]);
  });
});
