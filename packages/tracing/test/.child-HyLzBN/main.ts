
  import { createRequire } from 'node:module';
  import { initTracing, withSpan } from '@holdfast/tracing';
  import { instrumentAxios, instrumentOutgoingHttp, tracedFetch } from '@holdfast/tracing/http';
  import { tracePg } from '@holdfast/tracing/postgres';
  import { traceRedis } from '@holdfast/tracing/redis';
  // By its place: the package of the adapters builds on this one.
  import { correlationMiddleware } from '../../../express/src/correlation.ts';
  import { tracingMiddleware } from '../../../express/src/tracing.ts';
  const require = createRequire(import.meta.url);

  const { NodeSDK } = require('@opentelemetry/sdk-node');
  const { getNodeAutoInstrumentations } = require('@opentelemetry/auto-instrumentations-node');
  const theirs = [];
  const onEnd = (span) => theirs.push({ name: span.name, kind: span.kind, id: span.spanContext().spanId, trace: span.spanContext().traceId });
  const processor = { onStart() {}, onEnd, forceFlush: async () => {}, shutdown: async () => {} };
  const startTheirs = () => new NodeSDK({
    instrumentations: [getNodeAutoInstrumentations()],
    spanProcessors: [processor],
    metricReaders: [],
    logRecordProcessors: [],
    autoDetectResources: false,
  }).start();

  const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
  const folder = mkdtempSync(require('node:os').tmpdir() + '/holdfast-coexistence-');
  let tracing;
  const startOurs = () => { tracing = initTracing({ exporter: { file: folder + '/spans.jsonl' } }); };
startTheirs(); startOurs();
  const http = require('node:http');
  const express = require('express');
  const { Pool } = require('pg');
  const { Redis } = require('ioredis');
  const undici = require('undici');
  const pool = tracePg(new Pool({ connectionString: process.env.POSTGRES_URL }), { includeTraceComments: true });
  const redis = traceRedis(new Redis(process.env.REDIS_URL));
  const trusting = { trustedHosts: ['127.0.0.1'] };
  const outgoing = instrumentOutgoingHttp(trusting);
  const axios = require('axios').create();
  instrumentAxios(axios, trusting);
  const app = express();
  app.use(correlationMiddleware(), tracingMiddleware());
  const seen = {};
  app.get('/leaf/:by', (request, response) => {
    seen[request.params.by] = request.headers;
    response.end('leaf');
  });
  app.get('/all', async (_request, response) => {
    await pool.query('SELECT 1');
    await redis.get('key');
    await (await fetch(origin + '/leaf/fetch')).text();
    await (await tracedFetch(origin + '/leaf/tracedFetch', {}, trusting)).text();
    await axios.get(origin + '/leaf/axios');
    await axios.get(origin + '/leaf/axiosFetch', { adapter: 'fetch' });
    await (await undici.request(origin + '/leaf/undici')).body.text();
    await new Promise((resolve) => http.get(origin + '/leaf/http', (answer) => answer.resume().on('end', resolve)));
    await withSpan('own', async () => undefined);
    response.end('all');
  });
  app.use((error, _request, response, _next) => { console.error(error); response.status(500).end(); });
  const server = app.listen(0, '127.0.0.1');
  // The request to /all and its six calls; their listeners are there before this one.
  const everyAnswer = new Promise((resolve) => {
    let closed = 0;
    server.on('request', (_request, response) => response.on('close', () => ++closed === 7 && setImmediate(resolve)));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const origin = 'http://127.0.0.1:' + server.address().port;
  await redis.ping();
  await pool.query('SELECT 2');
  const socket = require('node:net').connect(server.address().port, '127.0.0.1');
  socket.write('GET /all HTTP/1.1\r\nhost: x\r\nx-request-id: req-1\r\nconnection: close\r\n\r\n');
  await new Promise((resolve) => socket.resume().on('close', resolve));
  await everyAnswer;
  await tracing.flush();
  const { readSpans } = await import('@holdfast/tracing/reader');
  const ours = await readSpans(folder + '/spans.jsonl').catch(() => []);
  const kinds = ['internal', 'server', 'client', 'producer', 'consumer'];
  const all = [...theirs.map((span) => ({ ...span, kind: kinds[span.kind] })), ...ours.map((span) => ({ name: span.name, kind: span.kind, id: span.spanId, trace: span.traceId }))];
  const count = (kind, test) => all.filter((span) => span.kind === kind && test.test(span.name)).length;
  console.log(JSON.stringify({
    mode: tracing.mode,
    servers: count('server', /./),
    queries: count('client', /pg\.query:\/|SELECT(?! postgres)/),
    requestsAndCommands: count('client', /^get$/i),
    own: count('internal', /^own$/),
    traces: new Set(all.filter((span) => span.kind === 'server').map((span) => span.trace)).size,
    parents: Object.values(seen).map(({ traceparent }) => all.some((span) => span.kind === 'client' && span.id === traceparent.slice(36, 52))),
    requestIds: Object.values(seen).map((headers) => headers['x-request-id']),
    names: all.map((span) => span.kind + ' ' + span.name).sort(),
  }));
  rmSync(folder, { recursive: true });
  process.exit(0);
