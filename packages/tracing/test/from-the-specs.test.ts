import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import { type RedisServer, startRedis } from '@holdfast/test-servers';
import axios from 'axios';
import Database from 'better-sqlite3';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHttpClientSpan, traceHeaders } from '../src/http.ts';
import {
  addSpanAttributes,
  createSpan,
  getCurrentSpan,
  initTracing,
  SpanStatusCode,
  traceAsync,
  withSpan,
} from '../src/index.ts';
import { traceRedis, withRedisTrace } from '../src/redis.ts';
import { TracedDatabase } from '../src/sqlite.ts';
import { OtlpReceiver } from './otlp-receiver.ts';
import { type Recording, startRecording } from './recording.ts';

describe('document 000', () => {
  let recording: Recording;

  beforeEach(async () => {
    recording = await startRecording();
  });

  afterEach(() => recording.stop());

  it('runs an operation with its trace, and a span inside it', async () => {
    const db = new TracedDatabase(new Database(':memory:'));
    db.exec('CREATE TABLE users (id INTEGER)');
    const ctx = createTraceContext({ tenantId: 'guild-123', userId: 'user-456' });
    await runWithTrace(ctx, async () => {
      const result = await withSpan('database.query', async () => {
        return db.prepare('SELECT * FROM users').all();
      });
      expect(result).toEqual([]);
    });
    expect((await recording.span('database.query')).traceId).toBe(ctx.traceId);
  });

  it('writes the trace comment before every statement', () => {
    const seen: string[] = [];
    const db = new Database(':memory:', { verbose: (sql) => void seen.push(String(sql)) });
    db.exec('CREATE TABLE users (id INTEGER)');
    const tracedDb = new TracedDatabase(db, {
      includeTraceComments: true,
      trackQueryDuration: true,
      slowQueryThreshold: 100, // ms
    });
    runWithTrace(createTraceContext({ traceId: 'abc123', spanId: 'def456' }), () => {
      tracedDb.prepare('SELECT * FROM users').get();
    });
    expect(seen.at(-1)).toBe('/* traceId: abc123, spanId: def456 */ SELECT * FROM users');
  });
});

describe('documents 000 and 001 on Redis', () => {
  let recording: Recording;
  let server: RedisServer;
  let redis: Redis;

  beforeEach(async () => {
    recording = await startRecording();
    server = await startRedis();
    redis = new Redis(server.url);
  });

  afterEach(async () => {
    redis.disconnect();
    await server.stop();
    await recording.stop();
  });

  it('wraps an operation', async () => {
    await redis.set('cache:user:123', 'ada');
    const result = await runWithTrace(createTraceContext(), () =>
      // Wrap Redis operations with tracing
      withRedisTrace('get', 'cache:user:123', () => redis.get('cache:user:123'), {
        slowOperationThreshold: 50,
      }),
    );
    expect(result).toBe('ada');
    expect((await recording.span('GET')).attributes['db.operation.name']).toBe('GET');
  });

  it('keeps the trace with the keys that are written, where asked', async () => {
    traceRedis(redis, { stampKeys: true });
    const ctx = createTraceContext();
    await runWithTrace(ctx, () => redis.set('cache:user:123', 'ada', 'EX', 60));
    expect(await redis.get('cache:user:123:trace')).toBe(`00-${ctx.traceId}-${ctx.spanId}-03`);
  });
});

describe('document 003', () => {
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = await OtlpReceiver.start();
  });

  afterEach(async () => {
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
    await receiver.close();
  });

  it('starts tracing with an endpoint that already has its path, and adds attributes to a span', async () => {
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `${receiver.url}/v1/traces`;
    const tracing = initTracing({
      serviceName: 'requests-service',
      serviceVersion: '1.0.0',
      environment: 'production',
      exporterEndpoint: process.env['OTEL_EXPORTER_OTLP_ENDPOINT'],
    });
    async function processRequest(requestId: string): Promise<string> {
      return withSpan('process-request', async () => {
        addSpanAttributes({ 'request.id': requestId });
        return 'processed';
      });
    }
    expect(await processRequest('r-17')).toBe('processed');
    await tracing.shutdown();
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
    expect(receiver.spans).toMatchObject([{ name: 'process-request', attributes: { 'request.id': 'r-17' } }]);
  });

  it('starts with an endpoint variable that is not set', async () => {
    const tracing = initTracing({
      serviceName: 's',
      exporter: 'none',
      exporterEndpoint: process.env['NOT_SET'],
    });
    expect(tracing.mode).toBe('light');
    await tracing.shutdown();
  });
});

describe('document 004', () => {
  let recording: Recording;
  let server: Server;
  let url: string;
  let received: string | undefined;

  beforeEach(async () => {
    recording = await startRecording();
    server = createServer((request, response) => {
      received = String(request.headers['traceparent']);
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await recording.stop();
  });

  it('makes spans by hand', async () => {
    const database = { query: async (_sql: string) => [{ id: 1 }] };
    async function myFunction(req: object): Promise<unknown> {
      const parentSpan = getCurrentSpan(req);
      const span = createSpan('database-query', {
        parentSpan,
        attributes: { 'db.system': 'postgresql', 'db.operation': 'SELECT' },
      });
      try {
        const result = await database.query('SELECT * FROM users');
        span.setStatus({ code: SpanStatusCode.OK });
        return result;
      } catch (error) {
        span.recordException(error as Error);
        throw error;
      } finally {
        span.end();
      }
    }
    await withSpan('request', () => myFunction({}));
    expect(await recording.span('database-query')).toMatchObject({
      status: 'ok',
      parentSpanId: (await recording.span('request')).spanId,
      attributes: { 'db.system': 'postgresql', 'db.operation': 'SELECT' },
    });
  });

  it('traces every call of a function', async () => {
    const performExpensiveOperation = async (userId: string) => `done for ${userId}`;
    const tracedFunction = traceAsync(
      'expensive-operation',
      async (userId: string) => {
        return await performExpensiveOperation(userId);
      },
      { attributes: { 'operation.type': 'computation', 'operation.cost': 'high' } },
    );
    expect(await tracedFunction('user123')).toBe('done for user123');
    expect((await recording.span('expensive-operation')).attributes).toEqual({
      'operation.type': 'computation',
      'operation.cost': 'high',
    });
  });

  it('calls another service with a client span and its traceparent', async () => {
    async function callExternalAPI(req: object, target: string): Promise<unknown> {
      const parentSpan = getCurrentSpan(req);
      const span = startHttpClientSpan('GET', target, { parentSpan });
      try {
        const response = await axios.get(target, { headers: { ...traceHeaders(span) } });
        span.setAttribute('http.status_code', response.status);
        span.setStatus({ code: SpanStatusCode.OK });
        return response.data;
      } catch (error) {
        span.recordException(error as Error);
        throw error;
      } finally {
        span.end();
      }
    }
    await withSpan('request', () => callExternalAPI({}, url));
    const span = await recording.span('GET');
    expect(received).toBe(`00-${span.traceId}-${span.spanId}-03`);
    expect(span).toMatchObject({ kind: 'client', status: 'ok', attributes: { 'http.status_code': 200 } });
  });

  it('flushes at shutdown', async () => {
    withSpan('last', () => expect(getCurrentTrace()).toBeDefined());
    await recording.tracing.flush();
    expect(recording.tracing.getStats().exported).toBe(1);
  });
});
