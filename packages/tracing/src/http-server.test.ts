import { createTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import { trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Recording, startRecording } from '../test/recording.ts';
import { startHttpServerSpan, withSpan } from './index.ts';

let recording: Recording;

beforeEach(async () => {
  recording = await startRecording();
});

afterEach(() => recording.stop());

const REQUEST = {
  method: 'POST',
  path: '/orders/17',
  scheme: 'http',
  serverAddress: 'shop.example',
  serverPort: 8080,
  clientAddress: '203.0.113.9',
  userAgent: 'curl/8',
  protocolVersion: '1.1',
};

function inRequest(fn: () => void): void {
  runWithTrace(createTraceContext(), fn);
}

describe('the span of a request', () => {
  it('carries the current semantic conventions', async () => {
    inRequest(() => {
      const request = startHttpServerSpan(REQUEST);
      request.setRoute('/orders/:id');
      request.end({ statusCode: 201 });
    });
    expect(await recording.span('POST /orders/:id')).toMatchObject({
      kind: 'server',
      status: 'unset',
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/orders/:id',
        'http.response.status_code': 201,
        'url.path': '/orders/17',
        'url.scheme': 'http',
        'server.address': 'shop.example',
        'server.port': 8080,
        'client.address': '203.0.113.9',
        'user_agent.original': 'curl/8',
        'network.protocol.version': '1.1',
      },
    });
  });

  it('takes over the ids that the context has shown already, in the same scope', async () => {
    const context = createTraceContext({
      traceId: 'a'.repeat(32),
      parentSpanId: 'b'.repeat(16),
      traceFlags: 1,
    });
    runWithTrace(context, () => {
      const before = getCurrentTrace()?.spanId;
      const request = startHttpServerSpan(REQUEST);
      expect(trace.getActiveSpan()).toBe(request.span);
      expect(getCurrentTrace()).toBe(context);
      expect(request.span.spanContext().spanId).toBe(before);
      withSpan('handler', () => undefined);
      request.end({ statusCode: 200 });
    });
    const server = await recording.span('POST');
    expect(server).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) });
    expect((await recording.span('handler')).parentSpanId).toBe(server.spanId);
  });

  it('is made active by run() where no context was open', () => {
    const request = startHttpServerSpan(REQUEST);
    expect(getCurrentTrace()).toBeUndefined();
    request.run(() => expect(trace.getActiveSpan()).toBe(request.span));
    request.end({ statusCode: 200 });
  });

  it('hangs below a span that is active already', async () => {
    withSpan('outer', () => startHttpServerSpan(REQUEST).end({ statusCode: 200 }));
    expect((await recording.span('POST')).parentSpanId).toBe((await recording.span('outer')).spanId);
  });

  it.each([
    [{ statusCode: 404 }, 'unset', undefined],
    [{ statusCode: 503 }, 'error', '503'],
    [{ statusCode: 500, error: new RangeError('x') }, 'error', 'RangeError'],
    [{ statusCode: 400, error: new RangeError('x') }, 'unset', 'RangeError'],
    [{ error: Object.assign(new Error('aborted'), { code: 'ECONNRESET' }) }, 'error', 'ECONNRESET'],
    [{}, 'unset', undefined],
  ])('that ends with %j has status %s and error.type %s', async (outcome, status, type) => {
    inRequest(() => startHttpServerSpan(REQUEST).end(outcome));
    const span = await recording.span('POST');
    expect([span.status, span.attributes['error.type']]).toEqual([status, type]);
  });

  it('clamps a method that nobody knows', async () => {
    inRequest(() => startHttpServerSpan({ method: 'BREW', path: '/' }).end({ statusCode: 405 }));
    expect((await recording.span('HTTP')).attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'BREW',
    });
  });

  it('keeps what requests share apart by method and host, however many there are', async () => {
    for (let i = 0; i < 40; i++) {
      inRequest(() =>
        startHttpServerSpan({ ...REQUEST, serverAddress: `host-${i}` }).end({ statusCode: 200 }),
      );
    }
    const hosts = (await recording.spans()).map((span) => span.attributes['server.address']);
    expect(new Set(hosts).size).toBe(40);
  });
});
