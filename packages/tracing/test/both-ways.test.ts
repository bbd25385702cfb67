import { createTraceContext, runWithTrace } from '@holdfast/context';
import {
  type Context,
  context as contextApi,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { afterEach, describe, expect, it } from 'vitest';
import {
  addSpanAttributes,
  createSpan,
  initTracing,
  type Tracing,
  type TracingOptions,
  withSpan,
} from '../src/index.ts';
import { type DecodedSpan, OtlpReceiver } from './otlp-receiver.ts';

/** Everything a span can hold, through the OpenTelemetry API: what any instrumentation would do. */
function act(): void {
  const tracer = trace.getTracer('instrumentation', '1.0.0');
  tracer.startActiveSpan(
    'outer',
    { kind: SpanKind.SERVER, attributes: { 'http.route': '/a/:id' } },
    (outer) => {
      outer.setAttributes({
        int: 1,
        negative: -5,
        float: 1.5,
        bool: true,
        list: ['x', 'y'],
        unicode: 'žluť ✓ 😀',
      });
      outer.setAttribute('int', 2);
      outer.setAttribute('nothing', undefined);
      outer.setAttribute('', 'no key');
      outer.setAttribute('object', { a: { b: [1, 'two', null] } });
      outer.setAttribute('bytes', new Uint8Array([0, 127, 255]));
      outer.addEvent('event', { a: 1, b: 'two' }, [1_767_225_600, 250_000_000]);
      outer.addEvent('bare');
      outer.recordException(Object.assign(new Error('broke'), { stack: 'at nowhere' }));
      tracer.startActiveSpan('inner', { kind: SpanKind.CLIENT, startTime: [1_767_225_600, 0] }, (inner) => {
        inner.addLink({
          context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 },
          attributes: { why: 'because' },
        });
        inner.setStatus({ code: SpanStatusCode.ERROR, message: 'not found' });
        inner.updateName('renamed');
        inner.end([1_767_225_601, 500_000_000]);
      });
      for (let i = 0; i < 130; i++) outer.addEvent(`many ${i}`, undefined, [1_767_225_600, 1000]);
      for (let i = 0; i < 130; i++) outer.setAttribute(`key ${i}`, i);
      outer.setStatus({ code: SpanStatusCode.OK });
      outer.end();
    },
  );
}

/** What must be the same: everything but ids and clock readings, and one bit that only level 2 of W3C knows. */
function comparable(spans: readonly DecodedSpan[]): unknown[] {
  const byId = new Map(spans.map((span) => [span.spanId, span.name]));
  return spans
    .map(
      ({
        traceId: _trace,
        spanId: _span,
        parentSpanId,
        flags,
        startTimeUnixNano,
        endTimeUnixNano,
        ...span
      }) => ({
        ...span,
        parent: parentSpanId === undefined ? undefined : byId.get(parentSpanId),
        flags: flags & ~2,
        times: span.name === 'renamed' ? [startTimeUnixNano, endTimeUnixNano] : 'now',
        droppedAttributesCount: span.droppedAttributesCount ?? 0,
        droppedEventsCount: span.droppedEventsCount ?? 0,
        droppedLinksCount: span.droppedLinksCount ?? 0,
        status: { code: 0, message: '', ...span.status },
        events: span.events.map((event) => ({
          ...event,
          timeUnixNano: event.name.startsWith('many') ? event.timeUnixNano : 'now',
          droppedAttributesCount: 0,
        })),
        links: span.links.map((link) => ({ ...link, droppedAttributesCount: 0 })),
      }),
    )
    .sort((a, b) => a.name.localeCompare(b.name));
}

let tracing: Tracing | undefined;
let receiver: OtlpReceiver;

afterEach(async () => {
  await tracing?.shutdown();
  tracing = undefined;
  await receiver.close();
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
});

async function throughUs(options: TracingOptions): Promise<DecodedSpan[]> {
  receiver = await OtlpReceiver.start();
  tracing = initTracing({ serviceName: 's', exporterEndpoint: receiver.url, ...options });
  act();
  await tracing.flush();
  return receiver.spans;
}

async function throughTheSdkAlone(): Promise<DecodedSpan[]> {
  const collector = await OtlpReceiver.start();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.url;
  const sdk = new NodeSDK({
    serviceName: 's',
    metricReaders: [],
    logRecordProcessors: [],
    autoDetectResources: false,
  });
  sdk.start();
  act();
  await sdk.shutdown();
  trace.disable();
  contextApi.disable();
  propagation.disable();
  const { spans } = collector;
  await collector.close();
  return spans;
}

describe('a span that goes our way', () => {
  it('arrives as it does through the OpenTelemetry SDK and its own exporter', async () => {
    const theirs = comparable(await throughTheSdkAlone());
    const ours = comparable(await throughUs({}));
    expect(tracing?.mode).toBe('light');
    expect(ours).toHaveLength(2);
    expect(ours).toEqual(theirs);
  });

  it('arrives the same when the SDK runs because of a processor', async () => {
    const light = comparable(await throughUs({}));
    await tracing?.shutdown();
    await receiver.close();
    const names: string[] = [];
    const processor = {
      onStart: () => undefined,
      onEnd: (span: { name: string }) => void names.push(span.name),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    const viaSdk = comparable(await throughUs({ spanProcessors: [processor] }));
    expect(tracing?.mode).toBe('sdk');
    expect(names).toEqual(['renamed', 'outer']);
    expect(viaSdk).toEqual(light);
  });
});

describe('with parts of the OpenTelemetry SDK', () => {
  /** An exporter as applications write them. */
  class ListExporter {
    readonly spans: { name: string; traceId: string; parent: string | undefined }[] = [];
    stopped = false;

    export(
      spans: readonly {
        name: string;
        spanContext(): { traceId: string };
        parentSpanContext?: { spanId: string };
      }[],
      done: (result: { code: number }) => void,
    ): void {
      for (const span of spans) {
        this.spans.push({
          name: span.name,
          traceId: span.spanContext().traceId,
          parent: span.parentSpanContext?.spanId,
        });
      }
      done({ code: 0 });
    }

    async shutdown(): Promise<void> {
      this.stopped = true;
    }
  }

  it('gives spans to a custom SpanExporter and counts them', async () => {
    receiver = await OtlpReceiver.start();
    const exporter = new ListExporter();
    tracing = initTracing({ serviceName: 's', exporter });
    withSpan('outer', () => {
      withSpan('inner', () => addSpanAttributes({ a: 1 }));
      createSpan('apart').end();
    });
    await tracing.flush();
    expect(exporter.spans.map((span) => span.name)).toEqual(['inner', 'apart', 'outer']);
    expect(tracing.getStats()).toMatchObject({ mode: 'sdk', exported: 3, dropped: 0, queued: 0 });
    await tracing.shutdown();
    expect(exporter.stopped).toBe(true);
  });

  it('continues the trace of a request, and shows one trace id in spans and context', async () => {
    receiver = await OtlpReceiver.start();
    const exporter = new ListExporter();
    tracing = initTracing({ exporter });
    const inbound = createTraceContext({
      traceId: 'a'.repeat(32),
      parentSpanId: 'b'.repeat(16),
      traceFlags: 1,
    });
    runWithTrace(inbound, () => withSpan('continued', () => undefined));
    const fresh = createTraceContext();
    runWithTrace(fresh, () => withSpan('fresh', () => undefined));
    await tracing.flush();
    expect(exporter.spans).toEqual([
      { name: 'continued', traceId: 'a'.repeat(32), parent: 'b'.repeat(16) },
      { name: 'fresh', traceId: fresh.traceId, parent: undefined },
    ]);
  });

  it('asks a sampler object', async () => {
    receiver = await OtlpReceiver.start();
    const asked: string[] = [];
    const sampler = {
      shouldSample: (_context: Context, _traceId: string, name: string) => {
        asked.push(name);
        return { decision: name === 'keep' ? 2 : 0 };
      },
      toString: () => 'by name',
    };
    tracing = initTracing({ sampler, exporterEndpoint: receiver.url });
    withSpan('keep', () => undefined);
    withSpan('leave', () => undefined);
    await tracing.flush();
    expect(asked).toEqual(['keep', 'leave']);
    expect(receiver.spans.map((span) => span.name)).toEqual(['keep']);
  });

  it('follows sampleRate as our own way does', async () => {
    receiver = await OtlpReceiver.start();
    const exporter = new ListExporter();
    tracing = initTracing({ exporter, sampleRate: 0 });
    withSpan('work', () => undefined);
    const parent = createTraceContext({
      traceId: 'a'.repeat(32),
      parentSpanId: 'b'.repeat(16),
      traceFlags: 1,
    });
    runWithTrace(parent, () => withSpan('sampled by the caller', () => undefined));
    await tracing.flush();
    expect(exporter.spans.map((span) => span.name)).toEqual(['sampled by the caller']);
  });

  it('counts the spans of an exporter that throws or fails, and goes on', async () => {
    receiver = await OtlpReceiver.start();
    let calls = 0;
    const exporter = {
      export: (_spans: unknown[], done: (result: { code: number; error?: Error }) => void) => {
        calls += 1;
        if (calls === 1) throw new RangeError('broken');
        done({ code: 1, error: new TypeError('refused') });
      },
      shutdown: () => Promise.reject(new Error('cannot stop')),
    };
    tracing = initTracing({ exporter });
    withSpan('first', () => undefined);
    await tracing.flush();
    expect(tracing.getStats()).toMatchObject({ dropped: 1, lastError: 'RangeError' });
    withSpan('second', () => undefined);
    await tracing.flush();
    expect(tracing.getStats()).toMatchObject({ dropped: 2, failedAttempts: 2, lastError: 'TypeError' });
    await tracing.shutdown();
  });
});
