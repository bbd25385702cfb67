import { once } from 'node:events';
import { createServer, get, type IncomingHttpHeaders, request as nodeRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTraceContext, runWithTrace, withDeadline } from '@holdfast/context';
import { subscribeSafely } from '@holdfast/context/channels';
import { ManualClock } from '@holdfast/context/testing';
import axios, { type AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import * as undici from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HTTP_CLIENT_CHANNEL } from '../src/channels.ts';
import {
  type HttpClientFact,
  instrumentAxios,
  instrumentOutgoingHttp,
  type OutgoingHttp,
  startHttpClientSpan,
  tracedFetch,
  traceHeaders,
} from '../src/http.ts';
import { urlOf } from '../src/http-client/request-url.ts';
import { createSpan, withSpan } from '../src/index.ts';
import { type Recording, startRecording } from './recording.ts';

let recording: Recording;
let server: Server;
let origin: string;
let seen: { url: string | undefined; headers: IncomingHttpHeaders; raw: string[] }[];
let outgoing: OutgoingHttp | undefined;

beforeEach(async () => {
  recording = await startRecording();
  seen = [];
  server = createServer((request, response) => {
    seen.push({ url: request.url, headers: request.headers, raw: request.rawHeaders });
    if (request.url === '/hang') return;
    if (request.url === '/redirect') response.writeHead(302, { location: '/target' });
    else response.statusCode = request.url === '/missing' ? 404 : 200;
    response.end('answer');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  outgoing?.close();
  outgoing = undefined;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await recording.stop();
});

function getWithNode(url: string, options: object = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, options, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    }).on('error', reject);
  });
}

/** Where nobody listens any more. */
async function unusedOrigin(): Promise<string> {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

const clients = [
  ['tracedFetch', async (url: string) => (await tracedFetch(url)).status],
  [
    'fetch with instrumentOutgoingHttp()',
    async (url: string) => {
      outgoing ??= instrumentOutgoingHttp();
      const response = await fetch(url);
      await response.text();
      return response.status;
    },
  ],
  [
    'node:http with instrumentOutgoingHttp()',
    (url: string) => {
      outgoing ??= instrumentOutgoingHttp();
      return getWithNode(url);
    },
  ],
  [
    'axios with instrumentAxios()',
    async (url: string) => {
      const client = axios.create({ validateStatus: () => true });
      instrumentAxios(client);
      return (await client.get(url)).status;
    },
  ],
  [
    'axios with instrumentAxios() and instrumentOutgoingHttp()',
    async (url: string) => {
      outgoing ??= instrumentOutgoingHttp();
      const client = axios.create({ validateStatus: () => true });
      instrumentAxios(client);
      return (await client.get(url)).status;
    },
  ],
  [
    "axios' fetch with instrumentAxios() and instrumentOutgoingHttp()",
    async (url: string) => {
      outgoing ??= instrumentOutgoingHttp();
      const client = axios.create({ validateStatus: () => true, adapter: 'fetch' });
      instrumentAxios(client);
      return (await client.get(url)).status;
    },
  ],
  [
    'axios with instrumentOutgoingHttp() alone',
    async (url: string) => {
      outgoing ??= instrumentOutgoingHttp();
      return (await axios.create({ validateStatus: () => true }).get(url)).status;
    },
  ],
  [
    'undici with instrumentOutgoingHttp()',
    async (url: string) => {
      outgoing ??= instrumentOutgoingHttp();
      const { statusCode, body } = await undici.request(url);
      await body.dump();
      return statusCode;
    },
  ],
] as const;

describe.each(clients)('%s', (_name, send) => {
  it('makes a client span and sends its trace along', async () => {
    await withSpan('caller', () => send(`${origin}/orders?token=secret&page=2`));
    const span = await recording.span('GET');
    expect(span).toMatchObject({
      kind: 'client',
      status: 'unset',
      parentSpanId: (await recording.span('caller')).spanId,
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(origin).port),
        'url.full': `${origin}/orders?token=REDACTED&page=REDACTED`,
      },
    });
    expect(seen[0]?.headers['traceparent']).toBe(`00-${span.traceId}-${span.spanId}-03`);
  });

  it('marks an answer of 400 and more as failed', async () => {
    await withSpan('caller', () => send(`${origin}/missing`));
    expect(await recording.span('GET')).toMatchObject({
      status: 'error',
      attributes: { 'http.response.status_code': 404, 'error.type': '404' },
    });
  });

  it('records why no answer came', async () => {
    const nobody = await unusedOrigin();
    await expect(withSpan('caller', () => send(nobody))).rejects.toThrow();
    const span = (await recording.spans()).find((found) => found.kind === 'client');
    expect(span).toMatchObject({ status: 'error', attributes: { 'error.type': 'ECONNREFUSED' } });
  });

  it('tells nobody but the span where it hangs: ids of ours stay at home', async () => {
    await runWithTrace(createTraceContext({ tenantId: 'tenant-1' }), () => send(origin));
    expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => name.startsWith('x-'))).toEqual([]);
  });

  it('makes no span outside of a context, and publishes the call all the same', async () => {
    const facts: HttpClientFact[] = [];
    const stop = subscribeSafely<HttpClientFact>(HTTP_CLIENT_CHANNEL, (fact) => void facts.push(fact));
    await send(`${origin}/missing`);
    stop();
    expect(await recording.spans()).toEqual([]);
    expect(facts).toEqual([
      {
        host: new URL(origin).host,
        method: 'GET',
        statusCode: 404,
        failed: true,
        durationMs: expect.any(Number),
      },
    ]);
  });
});

describe('instrumentOutgoingHttp', () => {
  it('makes one span for a request that tracedFetch sends', async () => {
    outgoing = instrumentOutgoingHttp();
    const facts: unknown[] = [];
    const stop = subscribeSafely(HTTP_CLIENT_CHANNEL, (fact) => void facts.push(fact));
    await withSpan('caller', () => tracedFetch(origin));
    stop();
    expect((await recording.spans()).map((span) => span.name)).toEqual(['GET', 'caller']);
    expect(facts).toHaveLength(1);
  });

  it('sends one traceparent where the application has set one itself', async () => {
    outgoing = instrumentOutgoingHttp();
    const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await withSpan('caller', async () => {
      await (await fetch(origin, { headers: { traceparent: own } })).text();
      await getWithNode(origin, { headers: { traceparent: own } });
    });
    const spans = (await recording.spans()).filter((span) => span.kind === 'client');
    expect(seen.map(({ headers }) => headers['traceparent']?.slice(36, 52))).toEqual(
      spans.map((span) => span.spanId),
    );
    expect(
      seen.every(({ raw }) => raw.filter((name) => name.toLowerCase() === 'traceparent').length === 1),
    ).toBe(true);
  });

  it('makes a span for each hop of a redirect', async () => {
    outgoing = instrumentOutgoingHttp();
    await withSpan('caller', async () => (await fetch(`${origin}/redirect`)).text());
    const clientSpans = (await recording.spans()).filter((span) => span.kind === 'client');
    expect(clientSpans.map((span) => span.attributes['http.response.status_code'])).toEqual([302, 200]);
  });

  it('gives hosts on the allow-list the ids and what is left of the deadline', async () => {
    outgoing = instrumentOutgoingHttp({ trustedHosts: ['127.0.0.1'] });
    const context = createTraceContext({ requestId: 'req-1', correlationId: 'corr-1', tenantId: 'tenant-1' });
    await runWithTrace(context, () => withDeadline(60_000, () => getWithNode(origin)));
    expect(seen[0]?.headers).toMatchObject({
      'x-request-id': 'req-1',
      'x-correlation-id': 'corr-1',
      'x-tenant-id': 'tenant-1',
      'x-request-timeout-ms': expect.stringMatching(/^(?:[1-5]\d{4}|60000)$/),
    });
  });

  it('sends no trace where propagate says no, and leaves ignored requests alone', async () => {
    outgoing = instrumentOutgoingHttp({
      propagate: (url) => url.pathname !== '/private',
      ignore: (url) => url.pathname === '/health',
    });
    await withSpan('caller', async () => {
      await getWithNode(`${origin}/private`);
      await getWithNode(`${origin}/health`);
    });
    expect(seen.map(({ headers }) => headers['traceparent'])).toEqual([undefined, undefined]);
    expect((await recording.spans()).filter((span) => span.kind === 'client')).toHaveLength(1);
  });

  it('leaves a request alone whose headers were given as a raw list, but for its span', async () => {
    outgoing = instrumentOutgoingHttp();
    await withSpan('caller', () => getWithNode(origin, { headers: ['host', 'example.test', 'x-own', '1'] }));
    expect(seen[0]?.headers['traceparent']).toBeUndefined();
    expect((await recording.span('GET')).attributes['http.response.status_code']).toBe(200);
  });

  it('stops when it is closed', async () => {
    instrumentOutgoingHttp()[Symbol.dispose]();
    await withSpan('caller', () => getWithNode(origin));
    expect((await recording.spans()).map((span) => span.name)).toEqual(['caller']);
  });

  it('records a request that is given up before its answer', async () => {
    outgoing = instrumentOutgoingHttp();
    await withSpan('caller', async () => {
      const request = nodeRequest(origin);
      const failed = new Promise((resolve) => request.on('error', resolve));
      request.destroy();
      await failed;
    });
    expect(await recording.span('GET')).toMatchObject({
      status: 'error',
      attributes: { 'error.type': 'ECONNRESET' },
    });
  });

  it.each(['https://api.internal', 'host:80', 'a/b', ''])('refuses %j as a trusted host', (host) => {
    expect(() => instrumentOutgoingHttp({ trustedHosts: [host] })).toThrow(
      expect.objectContaining({ code: 'ERR_TRACING_OPTION', option: 'trustedHosts' }),
    );
  });

  it('takes a target that begins with two slashes for a path, not for another host', () => {
    expect(urlOf('http://a.test', '//b.test/x')?.href).toBe('http://a.test//b.test/x');
    expect(urlOf('http://proxy.test', 'http://b.test/x')?.host).toBe('b.test');
  });
});

describe('tracedFetch', () => {
  it('ends with the deadline of the context, and is not begun when none of it is left', async () => {
    const hanging = createServer(() => undefined);
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}/`;
    const clock = new ManualClock();
    const limited = (ms: number, to: string) => withDeadline(ms, () => tracedFetch(to), { clock });
    const ended = expect(limited(30, url)).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    await once(hanging, 'request');
    await clock.advance(30);
    await ended;
    await expect(limited(0, `${origin}/never`)).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    expect(seen).toEqual([]);
    hanging.closeAllConnections();
    await new Promise((resolve) => hanging.close(resolve));
  });

  it('still ends with the signal of its caller', async () => {
    const caller = AbortSignal.abort(new Error('the caller gave up'));
    const call = withDeadline(60_000, () => tracedFetch(`${origin}/never`, { signal: caller }));
    await expect(call).rejects.toThrow('the caller gave up');
    expect(seen).toEqual([]);
  });

  it('takes a Request and keeps its headers, method and body', async () => {
    const request = new Request(`${origin}/orders`, {
      method: 'PUT',
      headers: { 'x-own': '1' },
      body: 'text',
    });
    await withSpan('caller', () => tracedFetch(request));
    expect(seen[0]?.headers).toMatchObject({ 'x-own': '1', 'content-length': '4' });
    expect((await recording.span('PUT')).attributes['http.request.method']).toBe('PUT');
  });

  it('leaves an ignored request alone', async () => {
    await withSpan('caller', () => tracedFetch(origin, {}, { ignore: () => true }));
    expect(seen[0]?.headers['traceparent']).toBeUndefined();
  });
});

describe('instrumentAxios', () => {
  let client: AxiosInstance;

  beforeEach(() => {
    client = axios.create({ baseURL: origin });
  });

  async function statuses(): Promise<unknown[]> {
    const spans = (await recording.spans()).filter((span) => span.kind === 'client');
    return spans.map(({ attributes }) => attributes['http.response.status_code'] ?? attributes['error.type']);
  }

  it('takes url and parameters as axios puts them together, without the values', async () => {
    instrumentAxios(client);
    await withSpan('caller', () => client.post('/orders', { a: 1 }, { params: { token: 'secret' } }));
    expect(await recording.span('POST')).toMatchObject({
      attributes: { 'http.request.method': 'POST', 'url.full': `${origin}/orders?token=REDACTED` },
    });
  });

  it('makes a span for each repetition of a request', async () => {
    axiosRetry(client, { retries: 2, retryCondition: () => true, retryDelay: () => 1 });
    instrumentAxios(client);
    outgoing = instrumentOutgoingHttp();
    await expect(withSpan('caller', () => client.get('/missing'))).rejects.toThrow('404');
    expect(await statuses()).toEqual([404, 404, 404]);
    const sent = seen.map(({ headers }) => headers['traceparent']);
    expect(new Set(sent).size).toBe(3);
  });

  it('records a request that is given up', async () => {
    instrumentAxios(client);
    const controller = new AbortController();
    await withSpan('caller', async () => {
      server.once('request', () => controller.abort());
      const sent = client.get('/hang', { signal: controller.signal });
      await expect(sent).rejects.toThrow('canceled');
    });
    expect(await statuses()).toEqual(['ERR_CANCELED']);
  });

  it('follows a redirect inside one span, and gives trusted hosts the ids', async () => {
    instrumentAxios(client, { trustedHosts: ['127.0.0.1'] });
    await runWithTrace(createTraceContext({ requestId: 'req-1' }), () => client.get('/redirect'));
    expect(await statuses()).toEqual([200]);
    expect(seen.map(({ headers }) => headers['x-request-id'])).toEqual(['req-1', 'req-1']);
  });

  it('leaves ignored requests alone, uses an adapter of the application, and stops when it is closed', async () => {
    const instrumented = instrumentAxios(client, { ignore: (url) => url.pathname === '/health' });
    await withSpan('caller', async () => {
      await client.get('/health');
      const adapter = async (config: object) => ({
        status: 299,
        data: '',
        headers: {},
        statusText: '',
        config,
      });
      await client.get('/own', { adapter: adapter as never });
      instrumented.close();
      await client.get('/after');
    });
    expect(await statuses()).toEqual([299]);
  });

  it.each(['http', 'fetch'])('asks axios once for the adapter %s of a request', async (adapter) => {
    instrumentAxios(client);
    await client.get('/', { adapter });
    using asked = vi.spyOn(axios, 'getAdapter');
    await withSpan('caller', () => client.get('/', { adapter }));
    expect(asked.mock.calls.map(([name]) => name)).toEqual([adapter]);
    expect(await statuses()).toEqual([200]);
  });

  it('makes no second span inside a span of the application for the same request', async () => {
    instrumentAxios(client);
    await withSpan('caller', async () => {
      const span = startHttpClientSpan('GET', origin);
      await client.get('/', { headers: { ...traceHeaders(span) } });
      span.end();
    });
    expect(await statuses()).toEqual([undefined]);
  });
});

describe('startHttpClientSpan', () => {
  it('makes a span for a request that the caller sends by other means', async () => {
    const parentSpan = createSpan('parent');
    const span = startHttpClientSpan('post', 'https://user:pass@pay.example/charges?k=v#f', { parentSpan });
    expect(traceHeaders(span)).toEqual({
      traceparent: `00-${span.spanContext().traceId}-${span.spanContext().spanId}-03`,
    });
    span.setAttribute('http.response.status_code', 201);
    span.end();
    expect(await recording.span('POST')).toMatchObject({
      parentSpanId: parentSpan.spanContext().spanId,
      attributes: {
        'url.full': 'https://pay.example/charges?k=REDACTED',
        'server.port': 443,
        'http.response.status_code': 201,
      },
    });
  });

  it('clamps a method that nobody knows', async () => {
    startHttpClientSpan('BREW', 'http://pot.example/', { attributes: { own: 1 } }).end();
    expect((await recording.span('HTTP')).attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'BREW',
      own: 1,
    });
  });
});
