import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { ManualClock } from '@holdfast/context/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initTracing, type Tracing, type TracingOptions, withSpan } from '../src/index.ts';
import { runChild } from './child.ts';
import { OtlpReceiver, partialSuccess } from './otlp-receiver.ts';
import { untilStats } from './until-stats.ts';

let receiver: OtlpReceiver;
let tracing: Tracing | undefined;
let threads: Worker[];
const onWorker = (worker: Worker) => void threads.push(worker);

beforeEach(async () => {
  threads = [];
  process.on('worker', onWorker);
  receiver = await OtlpReceiver.start();
});

afterEach(async () => {
  process.off('worker', onWorker);
  await receiver.close();
  await tracing?.shutdown();
  tracing = undefined;
});

/** Each span fills a batch. */
function startBusy(options: TracingOptions = {}): Tracing {
  tracing = initTracing({
    serviceName: 'orders',
    exporterEndpoint: receiver.url,
    maxBatchSpans: 1,
    ...options,
  });
  return tracing;
}

const work = (name: string) => withSpan(name, () => undefined);
const received = () => receiver.spans.map((span) => span.name);

describe('the export thread', () => {
  it('starts when a batch is full before its interval is over, and sends it and what follows', async () => {
    const running = startBusy({ maxBatchSpans: 2 });
    work('a');
    await running.flush();
    expect(threads).toHaveLength(0);
    for (const name of ['b', 'c', 'd', 'e', 'f']) work(name);
    await running.flush();
    expect(threads).toHaveLength(1);
    expect(received()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(running.getStats()).toMatchObject({ exported: 6, dropped: 0, queued: 0, failedAttempts: 0 });
  });

  it('does not start with exportThread: false', async () => {
    const running = startBusy({ exportThread: false });
    for (const name of ['a', 'b']) work(name);
    await running.flush();
    expect(threads).toHaveLength(0);
    expect(received()).toEqual(['a', 'b']);
  });

  it('sends headers and compressed bodies as this thread does', async () => {
    const headers = { authorization: 'Bearer key' };
    const running = startBusy({ headers, compression: 'gzip' });
    work('a');
    await running.shutdown();
    const here = startBusy({ headers, compression: 'gzip', exportThread: false });
    work('a');
    await here.flush();
    const [fromThread, fromHere] = receiver.requests.map(({ headers: { host: _, ...sent } }) => sent);
    expect(threads).toHaveLength(1);
    expect(fromThread).toMatchObject({ authorization: 'Bearer key', 'content-encoding': 'gzip' });
    expect({ ...fromThread, 'content-length': '' }).toEqual({ ...fromHere, 'content-length': '' });
  });

  it('tells what the collector answers', async () => {
    const clock = new ManualClock();
    const running = startBusy({ clock });
    receiver.answer = (response) => response.end(partialSuccess(1));
    work('left out');
    await untilStats(running, (stats) => stats.dropped === 1);
    receiver.answer = (response) => response.writeHead(429, { 'retry-after': '7' }).end();
    work('too early');
    await untilStats(running, (stats) => stats.failedAttempts === 1);
    expect(running.getStats().lastError).toBe('status 429');
    receiver.answer = (response) => response.end();
    await clock.advance(6_999);
    expect(receiver.requests).toHaveLength(2);
    await clock.advance(1);
    await untilStats(running, (stats) => stats.exported === 1);
    receiver.answer = (response) => response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end();
    work('led astray');
    await untilStats(running, (stats) => stats.dropped === 2);
    expect(receiver.requests.every(({ path }) => path === '/v1/traces')).toBe(true);
  });

  it('ends an attempt that gets no answer in time, and no other', async () => {
    const clock = new ManualClock();
    const running = startBusy({ clock, exportTimeoutMs: 2_000 });
    receiver.answer = () => undefined;
    work('kept');
    await receiver.received(1);
    await clock.advance(1_999);
    expect(running.getStats().failedAttempts).toBe(0);
    await clock.advance(1);
    await untilStats(running, (stats) => stats.failedAttempts === 1);
    expect(running.getStats().lastError).toBe('timeout');
    receiver.answer = (response) => response.end();
    await clock.advance(1_000);
    await untilStats(running, (stats) => stats.exported === 1);
  });

  it('names the error where the collector is down, and delivers when it is there again', async () => {
    const clock = new ManualClock();
    const running = startBusy({ clock });
    const port = Number(new URL(receiver.url).port);
    await receiver.close();
    work('kept');
    await untilStats(running, (stats) => stats.failedAttempts === 1);
    expect(running.getStats().lastError).toBe('ECONNREFUSED');
    receiver = await OtlpReceiver.start(port);
    await clock.advance(1_000);
    await untilStats(running, (stats) => stats.exported === 1);
    expect(received()).toEqual(['kept']);
  });

  it('loses nothing when it ends: this thread sends the same batch, and all that follow', async () => {
    const running = startBusy();
    receiver.answer = () => undefined;
    work('on its way');
    await receiver.received(1);
    receiver.answer = (response) => response.end();
    await threads[0]?.terminate();
    await receiver.received(2);
    work('later');
    await running.flush();
    expect(received()).toEqual(['on its way', 'on its way', 'later']);
    expect(running.getStats()).toMatchObject({ exported: 2, dropped: 0, failedAttempts: 0 });
    expect(threads).toHaveLength(1);
  });

  it('is gone after shutdown, and nothing is sent any more', async () => {
    const clock = new ManualClock();
    const running = startBusy({ clock, flushTimeoutMs: 3_000 });
    receiver.answer = () => undefined;
    work('never answered');
    await receiver.received(1);
    const [thread] = threads as [Worker];
    const exited = once(thread, 'exit');
    const stopped = running.shutdown();
    await clock.advance(3_000);
    await stopped;
    await exited;
    expect(running.getStats()).toMatchObject({ exported: 0, dropped: 1, queued: 0 });
    receiver.answer = (response) => response.end();
    await fetch(`${receiver.url}/last`, { method: 'POST' });
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/v1/traces', '/last']);
  });
});

describe('a process with an export thread', () => {
  const BUSY = `
    import { initTracing, withSpan } from '@holdfast/tracing';
    const tracing = initTracing({ maxBatchSpans: 10 });
    process.on('worker', () => console.log('thread'));
    for (let i = 0; i < 95; i++) withSpan('work', () => undefined);
    process.on('exit', () => console.log(JSON.stringify(tracing.getStats())));
  `;

  it('delivers everything before it ends by itself, and then ends', async () => {
    const { stdout, stderr, code } = await runChild(BUSY, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toMatch(/^thread\n\{"exported":95,"dropped":0,"queued":0,"failedAttempts":0,/);
    expect(receiver.spans).toHaveLength(95);
  });

  it('sends from its main thread where it may not start others', async () => {
    const { stdout, stderr, code } = await runChild(BUSY, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      NODE_OPTIONS: '--permission --allow-fs-read=*',
    });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toMatch(/^\{"exported":95,"dropped":0,"queued":0,"failedAttempts":0,/);
  });

  it('runs what is preloaded once: not in that thread', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-preload-'));
    const preload = join(folder, 'preload.cjs');
    await writeFile(preload, "console.log('preloaded');");
    const { stdout } = await runChild(BUSY, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      NODE_OPTIONS: `--require ${preload}`,
    });
    await rm(folder, { recursive: true });
    expect(stdout).toMatch(/^preloaded\nthread\n\{"exported":95,/);
  });
});
