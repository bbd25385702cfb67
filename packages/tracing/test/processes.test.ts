import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSpans } from '../src/reader/index.ts';
import { runChild } from './child.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

const LIST_SDK_MODULES = `
import { registerHooks } from 'node:module';
const loaded = new Set();
registerHooks({
  load(url, context, next) {
    const name = /@opentelemetry\\/([\\w-]+)\\//.exec(url)?.[1];
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});
`;

describe('without initTracing', () => {
  it('no module of the OpenTelemetry SDK is loaded, and everything can be called', async () => {
    const { stdout, stderr, code } = await runChild(`${LIST_SDK_MODULES}
      const { withSpan, createSpan, getCurrentSpan, addSpanAttributes, startHttpServerSpan } = await import('@holdfast/tracing');
      const { instrumentOutgoingHttp } = await import('@holdfast/tracing/http');
      const { createTraceContext, runWithTrace, getCurrentTrace } = await import('@holdfast/context');
      await import('@holdfast/tracing/sqlite');
      await import('@holdfast/tracing/reader');
      instrumentOutgoingHttp().close();
      const context = createTraceContext();
      const value = await runWithTrace(context, () => withSpan('work', async (span) => {
        addSpanAttributes({ a: 1 });
        span.setAttribute('b', 2);
        createSpan('other').end();
        const request = startHttpServerSpan({ method: 'GET', path: '/' });
        request.setRoute('/');
        request.run(() => undefined);
        request.end({ statusCode: 200 });
        return getCurrentTrace() === context;
      }));
      console.log(JSON.stringify({ value, recording: getCurrentSpan()?.isRecording() ?? false, loaded: [...loaded] }));
    `);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ value: true, recording: false, loaded: ['api'] });
  });
});

describe('with initTracing', () => {
  it('no module of the SDK is loaded unless the application brings a part of it', async () => {
    const { stdout, stderr } = await runChild(`${LIST_SDK_MODULES}
      const { initTracing, withSpan } = await import('@holdfast/tracing');
      const light = initTracing({ exporter: 'none' });
      withSpan('work', () => undefined);
      const before = [...loaded];
      await light.shutdown();
      const exporter = { export: (spans, done) => done({ code: 0 }), shutdown: () => Promise.resolve() };
      const heavy = initTracing({ exporter });
      console.log(JSON.stringify({ before, after: loaded.has('sdk-node'), modes: [light.mode, heavy.mode] }));
      await heavy.shutdown();
    `);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ before: ['api'], after: true, modes: ['light', 'sdk'] });
  });

  it('refuses to start twice, and starts again after shutdown', async () => {
    const { stdout } = await runChild(`
      import { initTracing } from '@holdfast/tracing';
      const first = initTracing({ exporter: 'none' });
      try { initTracing({ exporter: 'none' }); } catch (error) { console.log(error.code); }
      await first.shutdown();
      await first.close();
      await using second = initTracing({ exporter: 'none' });
      console.log(second.getStats().mode);
    `);
    expect(stdout).toBe('ERR_TRACING_ALREADY_STARTED\nlight\n');
  });

  it('OTEL_SDK_DISABLED=true leaves everything off', async () => {
    const { stdout, stderr, code } = await runChild(
      `
      import { initTracing, withSpan } from '@holdfast/tracing';
      const tracing = initTracing({ exporter: 'console' });
      console.log(withSpan('work', (span) => span.isRecording()), tracing.mode);
      await tracing.flush();
      await tracing.shutdown();
      `,
      { OTEL_SDK_DISABLED: 'true' },
    );
    expect([stdout, stderr, code]).toEqual(['false disabled\n', '', 0]);
  });

  it("exporter: 'console' writes a line per span", async () => {
    const { stdout } = await runChild(`
      import { initTracing, withSpan } from '@holdfast/tracing';
      initTracing({ exporter: 'console' });
      withSpan('work', () => { throw new Error('no'); }, { attributes: { 'order.id': 'o 1' } });
    `);
    expect(stdout).toMatch(
      /^span "work" internal \d+\.\d{3}ms ERROR trace=[0-9a-f]{32} span=[0-9a-f]{16} order\.id="o 1" error\.type="Error"\n$/,
    );
  });

  it('names a file that cannot be written', async () => {
    const { stderr, code } = await runChild(`
      import { initTracing } from '@holdfast/tracing';
      initTracing({ exporter: { file: './no/such/folder/spans.jsonl' } });
    `);
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_TRACING_FILE');
    expect(stderr).toContain('The trace file ./no/such/folder/spans.jsonl cannot be written (ENOENT).');
  });
});

describe('the end of a process', () => {
  let receiver: OtlpReceiver;
  let folder: string;

  beforeEach(async () => {
    receiver = await OtlpReceiver.start();
    folder = await mkdtemp(join(tmpdir(), 'holdfast-tracing-'));
  });

  afterEach(async () => {
    await receiver.close();
    await rm(folder, { recursive: true });
  });

  it('a script that simply ends delivers its spans', async () => {
    const { code, stderr } = await runChild(
      `
      import { initTracing, withSpan } from '@holdfast/tracing';
      initTracing({ serviceName: 'script', exportIntervalMs: 60000 });
      withSpan('work', () => undefined);
      `,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(receiver.spans.map((span) => span.name)).toEqual(['work']);
  });

  it('OTEL_TRACES_EXPORTER=otlp,console does both', async () => {
    const { stdout } = await runChild(
      `
      import { initTracing, withSpan } from '@holdfast/tracing';
      const tracing = initTracing();
      withSpan('told twice', () => undefined);
      await tracing.shutdown();
      `,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_EXPORTER: 'otlp,console' },
    );
    expect(stdout).toContain('told twice');
    expect(receiver.spans.map((span) => span.name)).toEqual(['told twice']);
  });

  it('waits for a collector that is down no longer than flushTimeoutMs', async () => {
    const { url } = receiver;
    await receiver.close();
    const { code, stdout } = await runChild(
      `
      import { initTracing, withSpan } from '@holdfast/tracing';
      const tracing = initTracing({ flushTimeoutMs: 1 });
      withSpan('work', () => undefined);
      process.on('exit', () => console.log(tracing.getStats().queued));
      `,
      { OTEL_EXPORTER_OTLP_ENDPOINT: url },
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1\n' });
    receiver = await OtlpReceiver.start();
  });

  it('a process killed in the middle of a line costs that line only', async () => {
    const file = join(folder, 'spans.jsonl');
    const program = (name: string, end: string) => `
      import { appendFileSync } from 'node:fs';
      import { initTracing, withSpan } from '@holdfast/tracing';
      const tracing = initTracing({ exporter: { file: process.env.TRACE_FILE } });
      withSpan(${JSON.stringify(name)}, () => undefined);
      await tracing.flush();
      ${end}
    `;
    const torn = `appendFileSync(process.env.TRACE_FILE, '{"resourceSpans":[{"sco'); process.kill(process.pid, 'SIGKILL');`;
    await runChild(program('first', torn), { TRACE_FILE: file });
    await runChild(program('second', ''), { TRACE_FILE: file });
    expect((await readSpans(file)).map((span) => span.name)).toEqual(['first', 'second']);
  });
});

describe('beside an OpenTelemetry SDK that the application has started', () => {
  it('leaves it in charge, goes through it, and says so', async () => {
    const { stdout, stderr, code } = await runChild(`
      import { NodeSDK } from '@opentelemetry/sdk-node';
      import { trace } from '@opentelemetry/api';
      import { initTracing, withSpan, getCurrentSpan, startHttpServerSpan } from '@holdfast/tracing';
      import { createTraceContext, runWithTrace, getCurrentTrace } from '@holdfast/context';
      const ended = [];
      const processor = { onStart() {}, onEnd: (span) => ended.push(span), forceFlush: async () => {}, shutdown: async () => {} };
      const sdk = new NodeSDK({ spanProcessors: [processor], metricReaders: [], logRecordProcessors: [], autoDetectResources: false });
      sdk.start();
      const provider = trace.getTracerProvider();
      const tracing = initTracing({ serviceName: 'ignored', exporter: 'console' });
      const result = {};
      result.mode = tracing.mode;
      result.sameProvider = trace.getTracerProvider() === provider;
      trace.getTracer('theirs').startActiveSpan('theirs', (theirs) => {
        result.follows = getCurrentTrace().spanId === theirs.spanContext().spanId;
        runWithTrace(createTraceContext({ requestId: 'r-1' }), () => withSpan('ours', (ours) => {
          result.agrees = getCurrentTrace().spanId === ours.spanContext().spanId && trace.getActiveSpan() === ours && getCurrentSpan() === ours;
          result.requestId = getCurrentTrace().requestId;
        }));
        const request = startHttpServerSpan({ method: 'GET', path: '/' });
        request.run(() => { result.request = trace.getActiveSpan() === request.span; });
        request.end({ statusCode: 200 });
        theirs.end();
      });
      result.names = ended.map((span) => span.name);
      result.parents = ended.map((span) => span.parentSpanContext?.spanId === ended.at(-1).spanContext().spanId);
      await tracing.shutdown();
      result.stillTheirs = trace.getTracerProvider() === provider;
      console.log(JSON.stringify(result));
    `);
    expect(code).toBe(0);
    expect(stderr).toContain(
      '[HOLDFAST_TRACING_FOREIGN_SDK] Warning: An OpenTelemetry SDK is already registered',
    );
    expect(JSON.parse(stdout)).toEqual({
      mode: 'foreign',
      sameProvider: true,
      follows: true,
      agrees: true,
      requestId: 'r-1',
      request: true,
      names: ['ours', 'GET', 'theirs'],
      parents: [true, true, false],
      stillTheirs: true,
    });
  });

  it('hangs its spans below operations, and makes no second span for a request', async () => {
    const { stdout, code } = await runChild(`
      import { NodeSDK } from '@opentelemetry/sdk-node';
      import { SpanKind, trace } from '@opentelemetry/api';
      import { tracingChannel } from 'node:diagnostics_channel';
      import { initTracing, withSpan, startHttpServerSpan } from '@holdfast/tracing';
      import { getCurrentTrace, toCarrier } from '@holdfast/context';
      const ended = [];
      const processor = { onStart() {}, onEnd: (span) => ended.push(span), forceFlush: async () => {}, shutdown: async () => {} };
      new NodeSDK({ spanProcessors: [processor], metricReaders: [], logRecordProcessors: [], autoDetectResources: false }).start();
      initTracing();
      const result = {};
      const attempt = tracingChannel('holdfast:resilience:attempt');
      await trace.getTracer('http').startActiveSpan('GET', { kind: SpanKind.SERVER }, async (server) => {
        const request = startHttpServerSpan({ method: 'GET', path: '/a/1' });
        result.adopted = request.span === server;
        await request.run(() => withSpan('handler', async () => {
          await attempt.tracePromise(async () => {
            result.inside = toCarrier().traceparent.slice(36, 52);
            await withSpan('below', async () => { result.nested = getCurrentTrace().spanId === trace.getActiveSpan().spanContext().spanId; });
          }, { name: 'p', attempt: 1 });
          result.after = getCurrentTrace().spanId === trace.getActiveSpan().spanContext().spanId;
        }));
        request.setRoute('/a/:id');
        request.end({ statusCode: 200 });
        result.open = server.isRecording();
        server.end();
      });
      const id = (name) => ended.find((span) => span.name === name).spanContext().spanId;
      const parent = (name) => ended.find((span) => span.name === name).parentSpanContext.spanId;
      result.names = ended.map((span) => span.name);
      result.inside = result.inside === id('p attempt 1');
      result.tree = [parent('below') === id('p attempt 1'), parent('p attempt 1') === id('handler'), parent('handler') === id('GET /a/:id')];
      console.log(JSON.stringify(result));
    `);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      adopted: true,
      inside: true,
      nested: true,
      after: true,
      open: true,
      names: ['below', 'p attempt 1', 'handler', 'GET /a/:id'],
      tree: [true, true, true],
    });
  });

  it("with jobs: 'parent' an attempt continues the trace of its producer", async () => {
    const { stdout } = await runChild(`
      import { NodeSDK } from '@opentelemetry/sdk-node';
      import { tracingChannel } from 'node:diagnostics_channel';
      import { initTracing } from '@holdfast/tracing';
      import { fromCarrier, getCurrentTrace, runWithTrace } from '@holdfast/context';
      const ended = [];
      const processor = { onStart() {}, onEnd: (span) => ended.push(span), forceFlush: async () => {}, shutdown: async () => {} };
      new NodeSDK({ spanProcessors: [processor], metricReaders: [], logRecordProcessors: [], autoDetectResources: false }).start();
      initTracing({ jobs: 'parent' });
      const carrier = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
      const job = { queue: 'mail', jobId: '1', jobName: 'sent', engine: 'sqlite', attempt: 1, maxAttempts: 4, carrier, enqueuedAt: Date.now() };
      const seen = await runWithTrace(fromCarrier(carrier), () =>
        tracingChannel('holdfast:queue:process').tracePromise(async () => getCurrentTrace().traceId, job));
      console.log(seen, ended[0].spanContext().traceId, ended[0].parentSpanContext?.spanId);
    `);
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(stdout).toBe(`${trace} ${trace} 00f067aa0ba902b7\n`);
  });
});
