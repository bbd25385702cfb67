import { createServer } from 'node:net';
import { createTraceContext, runWithTrace } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instrumentOutgoingHttp } from '../src/http.ts';
import {
  createSpan,
  initTracing,
  SpanKind,
  SpanStatusCode,
  startHttpServerSpan,
  type Tracing,
  type TracingOptions,
  withSpan,
} from '../src/index.ts';
import { W3cTraceState } from '../src/propagation/trace-state.ts';
import { OtlpReceiver, partialSuccess } from './otlp-receiver.ts';
import { untilStats } from './until-stats.ts';

let receiver: OtlpReceiver;
let tracing: Tracing | undefined;

beforeEach(async () => {
  receiver = await OtlpReceiver.start();
});

afterEach(async () => {
  await receiver.close();
  await tracing?.shutdown();
  tracing = undefined;
});

function start(options: TracingOptions = {}): Tracing {
  tracing = initTracing({
    serviceName: 'orders',
    ...options,
    exporterEndpoint: options.exporterEndpoint ?? receiver.url,
  });
  return tracing;
}

describe('what arrives at the collector', () => {
  it('holds no span of the export itself, whatever is traced and wherever it began', async () => {
    const running = start();
    const outgoing = instrumentOutgoingHttp();
    await runWithTrace(createTraceContext(), async () => {
      withSpan('first', () => undefined);
      await running.flush();
      withSpan('second', () => undefined);
      await running.flush();
    });
    outgoing.close();
    expect(receiver.spans.map((span) => span.name)).toEqual(['first', 'second']);
    expect(receiver.requests.map(({ headers }) => headers['traceparent'])).toEqual([undefined, undefined]);
  });

  it('is a span with all that was put on it', async () => {
    const clock = new ManualClock();
    const running = start({ clock, serviceVersion: '1.2.3', environment: 'production' });
    const span = createSpan('charge', {
      kind: SpanKind.CLIENT,
      attributes: {
        text: 'ünïcode ✓',
        whole: -42,
        large: 2 ** 40,
        half: 0.5,
        yes: true,
        no: false,
        list: ['a', 1, null],
      },
      links: [
        {
          context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 },
          attributes: { why: 'retry' },
        },
      ],
    });
    span.setAttribute('nested', { deep: { bytes: new Uint8Array([1, 2, 255]) } });
    span.setAttribute('long', 'x'.repeat(300));
    await clock.advance(2.5);
    span.addEvent('halfway', { step: 1 });
    span.recordException(new RangeError('too far'));
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'gave up' });
    await clock.advance(2.5);
    span.end();
    await running.flush();

    const [request] = receiver.requests;
    expect(request?.path).toBe('/v1/traces');
    expect(request?.headers['content-type']).toBe('application/x-protobuf');
    expect(request?.resource).toMatchObject({
      'service.name': 'orders',
      'service.version': '1.2.3',
      'deployment.environment.name': 'production',
      'telemetry.sdk.language': 'nodejs',
    });
    expect(request?.scopes[0]).toMatchObject({
      name: '@holdfast/tracing',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    const [decoded] = request?.spans ?? [];
    expect(decoded).toMatchObject({
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      flags: 0x103,
      name: 'charge',
      kind: 3,
      startTimeUnixNano: '1767225600000000000',
      endTimeUnixNano: '1767225600005000000',
      status: { code: 2, message: 'gave up' },
    });
    expect(decoded).not.toHaveProperty('parentSpanId');
    expect(decoded?.attributes).toEqual({
      text: 'ünïcode ✓',
      whole: -42,
      large: 1_099_511_627_776,
      half: 0.5,
      yes: true,
      no: false,
      list: ['a', 1, null],
      nested: { deep: { bytes: 'bytes:0102ff' } },
      long: 'x'.repeat(300),
    });
    expect(decoded?.events[0]).toEqual({
      name: 'halfway',
      timeUnixNano: '1767225600002500000',
      attributes: { step: 1 },
    });
    expect(decoded?.events[1]?.attributes).toMatchObject({
      'exception.type': 'RangeError',
      'exception.message': 'too far',
    });
    expect(decoded?.links).toEqual([
      { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), attributes: { why: 'retry' }, flags: 0x101 },
    ]);
  });

  it('has the attributes that it shares with others, and the state of its trace', async () => {
    const running = start();
    const inbound = {
      traceId: 'a'.repeat(32),
      parentSpanId: 'b'.repeat(16),
      traceFlags: 1,
      traceState: 'vendor=1',
    };
    for (const path of ['/orders/1', '/orders/2']) {
      runWithTrace(createTraceContext(inbound), () => {
        const request = startHttpServerSpan({ method: 'GET', path, scheme: 'http', serverPort: 80 });
        request.setRoute('/orders/:id');
        request.end({ statusCode: 200 });
      });
    }
    await running.flush();
    const shared = {
      'http.request.method': 'GET',
      'url.scheme': 'http',
      'server.port': 80,
      'http.route': '/orders/:id',
    };
    expect(receiver.spans.map((span) => span.attributes)).toEqual([
      { ...shared, 'url.path': '/orders/1', 'http.response.status_code': 200 },
      { ...shared, 'url.path': '/orders/2', 'http.response.status_code': 200 },
    ]);
    expect(receiver.spans[0]).toMatchObject({
      name: 'GET /orders/:id',
      kind: 2,
      parentSpanId: 'b'.repeat(16),
      traceState: 'vendor=1',
      flags: 0x301,
    });
  });

  it('says how much of it was dropped', async () => {
    const running = start({
      spanLimits: { attributeCount: 1, eventCount: 1, linkCount: 1, attributesPerLink: 0 },
    });
    withSpan('full', (span) => {
      span.setAttributes({ a: 1, b: 2 });
      span.addEvent('x').addEvent('y');
      const context = {
        traceId: 'c'.repeat(32),
        spanId: 'd'.repeat(16),
        traceFlags: 0,
        traceState: new W3cTraceState('k=v'),
      };
      span.addLink({ context }).addLink({ context, attributes: { dropped: true } });
    });
    await running.flush();
    expect(receiver.spans[0]).toMatchObject({
      attributes: { a: 1 },
      droppedAttributesCount: 1,
      droppedEventsCount: 1,
      droppedLinksCount: 1,
      links: [{ traceState: 'k=v', droppedAttributesCount: 1, flags: 0x100 }],
    });
  });

  it('is a child that names its parent', async () => {
    const running = start();
    withSpan('outer', () => withSpan('inner', () => undefined));
    await running.flush();
    const [inner, outer] = receiver.spans;
    expect([inner?.name, outer?.name]).toEqual(['inner', 'outer']);
    expect(inner?.parentSpanId).toBe(outer?.spanId);
    expect(inner?.traceId).toBe(outer?.traceId);
  });

  it('carries the headers that were asked for, and is compressed when asked', async () => {
    const running = start({ headers: { authorization: 'Bearer key' }, compression: 'gzip' });
    withSpan('work', () => undefined);
    await running.flush();
    expect(receiver.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer key',
      'content-encoding': 'gzip',
    });
    expect(receiver.spans).toHaveLength(1);
  });

  it('comes in batches, when one is full or the interval is over', async () => {
    const clock = new ManualClock();
    start({ clock, maxBatchSpans: 3, exportIntervalMs: 500 });
    for (let i = 0; i < 4; i++) withSpan(`span ${i}`, () => undefined);
    await receiver.received(1);
    expect(receiver.requests[0]?.spans).toHaveLength(3);
    await clock.advance(499);
    expect(receiver.requests).toHaveLength(1);
    await clock.advance(1);
    await receiver.received(2);
    expect(receiver.spans.map((span) => span.name)).toEqual(['span 0', 'span 1', 'span 2', 'span 3']);
  });

  it('keeps the spans of each instrumentation apart', async () => {
    const { trace } = await import('@opentelemetry/api');
    const running = start();
    trace.getTracer('pg', '8.0').startSpan('query').end();
    withSpan('work', () => undefined);
    await running.flush();
    expect(receiver.requests[0]?.scopes.map(({ name, version }) => `${name}@${version}`)).toEqual([
      'pg@8.0',
      expect.stringMatching(/^@holdfast\/tracing@\d+\./),
    ]);
  });
});

describe('when the collector has trouble', () => {
  it.each([429, 502, 503, 504])('sends the batch again after status %i', async (status) => {
    const clock = new ManualClock();
    const running = start({ clock, exportIntervalMs: 10 });
    receiver.answer = (response) => {
      response.statusCode = receiver.requests.length === 1 ? status : 200;
      response.end();
    };
    withSpan('work', () => undefined);
    await clock.advance(10);
    await receiver.received(1);
    await untilStats(running, (stats) => stats.failedAttempts === 1);
    expect(running.getStats()).toMatchObject({ exported: 0, queued: 1, lastError: `status ${status}` });
    await clock.advance(1000);
    await receiver.received(2);
    await untilStats(running, (stats) => stats.exported === 1);
    expect(running.getStats()).toMatchObject({ exported: 1, dropped: 0, queued: 0, failedAttempts: 1 });
  });

  it.each(['7', 'Thu, 01 Jan 2026 00:00:07 GMT'])(
    'waits as long as Retry-After says: %s',
    async (retryAfter) => {
      const clock = new ManualClock();
      const running = start({ clock, exportIntervalMs: 0 });
      receiver.answer = (response) => {
        response.statusCode = receiver.requests.length === 1 ? 429 : 200;
        response.setHeader('retry-after', retryAfter);
        response.end();
      };
      withSpan('work', () => undefined);
      await clock.advance(0);
      await untilStats(running, (stats) => stats.failedAttempts === 1);
      await clock.advance(6_999);
      expect(receiver.requests).toHaveLength(1);
      await clock.advance(1);
      await receiver.received(2);
    },
  );

  it('gives a batch up at once that is refused for good', async () => {
    const running = start();
    receiver.answer = (response) => {
      response.statusCode = 400;
      response.end('no');
    };
    withSpan('work', () => undefined);
    await running.flush();
    expect(receiver.requests).toHaveLength(1);
    expect(running.getStats()).toMatchObject({ exported: 0, dropped: 1, queued: 0, lastError: 'status 400' });
  });

  it('counts what a partial success leaves out', async () => {
    const running = start();
    receiver.answer = (response) => response.end(partialSuccess(2));
    for (let i = 0; i < 5; i++) withSpan('work', () => undefined);
    await running.flush();
    expect(running.getStats()).toMatchObject({ exported: 3, dropped: 2 });
  });

  it('gives a batch up after six attempts', async () => {
    const clock = new ManualClock();
    const running = start({ clock, exportIntervalMs: 0 });
    receiver.answer = (response) => {
      response.statusCode = 503;
      response.end();
    };
    withSpan('work', () => undefined);
    await clock.advance(0);
    while (running.getStats().queued > 0) await clock.advance(100);
    expect(receiver.requests).toHaveLength(6);
    expect(running.getStats()).toMatchObject({ exported: 0, dropped: 1, queued: 0, failedAttempts: 6 });
  });

  it('keeps a bounded queue while the collector is down, counts the rest, and delivers what it kept', async () => {
    const clock = new ManualClock();
    const exporterEndpoint = receiver.url;
    await receiver.close();
    const running = start({
      clock,
      exporterEndpoint,
      maxQueueSpans: 10,
      maxBatchSpans: 5,
      exportIntervalMs: 10,
    });
    for (let i = 0; i < 25; i++) withSpan(`span ${i}`, () => undefined);
    expect(running.getStats()).toMatchObject({ queued: 10, dropped: 15, exported: 0 });
    await untilStats(running, (stats) => stats.failedAttempts === 1);
    expect(running.getStats().lastError).toBe('ECONNREFUSED');
    receiver = await OtlpReceiver.start(Number(new URL(exporterEndpoint).port));
    await clock.advance(1_000);
    await receiver.received(2);
    await untilStats(running, (stats) => stats.exported === 10);
    expect(receiver.spans.map((span) => span.name)).toEqual(
      Array.from({ length: 10 }, (_, i) => `span ${i}`),
    );
  });

  it('ends an attempt that gets no answer in time', async () => {
    const clock = new ManualClock();
    const running = start({ clock, exportIntervalMs: 0, exportTimeoutMs: 2_000 });
    receiver.answer = () => undefined;
    withSpan('work', () => undefined);
    await clock.advance(0);
    await receiver.received(1);
    expect(running.getStats()).toMatchObject({ failedAttempts: 0, queued: 1 });
    await clock.advance(2_000);
    await untilStats(running, (stats) => stats.failedAttempts === 1);
    expect(running.getStats().lastError).toBe('timeout');
  });

  it('lets the service go on while an answer is outstanding', async () => {
    const clock = new ManualClock();
    const running = start({ clock, maxBatchSpans: 1, maxQueueSpans: 4 });
    receiver.answer = () => undefined;
    for (let i = 0; i < 100; i++) expect(withSpan('work', () => i)).toBe(i);
    expect(running.getStats()).toMatchObject({ queued: 4, dropped: 96 });
  });

  it('never follows a redirect', async () => {
    const running = start();
    receiver.answer = (response) => {
      response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end();
    };
    withSpan('work', () => undefined);
    await running.flush();
    expect(receiver.requests.map((request) => request.path)).toEqual(['/v1/traces']);
    expect(running.getStats().dropped).toBe(1);
  });

  it('survives a server that speaks no HTTP', async () => {
    const server = createServer((socket) => socket.end('hello\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const clock = new ManualClock();
    const running = start({ clock, exporterEndpoint: `http://127.0.0.1:${port}`, exportIntervalMs: 0 });
    withSpan('work', () => undefined);
    await clock.advance(0);
    await untilStats(running, (stats) => stats.failedAttempts === 1);
    expect(running.getStats().lastError).toMatch(/^HPE_/);
    server.close();
  });
});

describe('flush and shutdown', () => {
  it('flush cuts a wait short and delivers', async () => {
    const clock = new ManualClock();
    const running = start({ clock, exportIntervalMs: 0 });
    receiver.answer = (response) => {
      response.statusCode = receiver.requests.length === 1 ? 503 : 200;
      response.end();
    };
    withSpan('work', () => undefined);
    await clock.advance(0);
    await untilStats(running, (stats) => stats.failedAttempts === 1);
    await running.flush();
    expect(running.getStats()).toMatchObject({ exported: 1, queued: 0 });
  });

  it('flush gives up after its time and keeps the spans', async () => {
    const clock = new ManualClock();
    const running = start({ clock, flushTimeoutMs: 3_000 });
    receiver.answer = () => undefined;
    withSpan('work', () => undefined);
    const flushed = running.flush();
    await receiver.received(1);
    await clock.advance(3_000);
    await flushed;
    expect(running.getStats()).toMatchObject({ exported: 0, dropped: 0, queued: 1 });
    const stopped = running.shutdown();
    await clock.advance(3_000);
    await stopped;
    expect(running.getStats()).toMatchObject({ exported: 0, dropped: 1, queued: 0 });
  });

  it('shutdown sends what is left, then records nothing more', async () => {
    const running = start();
    withSpan('before', () => undefined);
    const late = createSpan('late');
    await running.shutdown();
    late.end();
    withSpan('after', () => undefined);
    expect(receiver.spans.map((span) => span.name)).toEqual(['before']);
    expect(running.getStats()).toMatchObject({ exported: 1, dropped: 1 });
  });
});
