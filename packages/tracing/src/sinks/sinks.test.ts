import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@holdfast/context/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alwaysOn } from '../config/sampler.ts';
import { DEFAULT_LIMITS } from '../light/limits.ts';
import { LightTracerProvider } from '../light/provider.ts';
import { readSpans } from '../reader/index.ts';
import { ConsoleSink } from './console-sink.ts';
import { FileSink } from './file-sink.ts';
import { discardingSink, type SpanSink } from './sink.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-sink-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function emit(sink: SpanSink, names: readonly string[], clock = new ManualClock()): void {
  const provider = new LightTracerProvider({ sink, sampler: alwaysOn, limits: DEFAULT_LIMITS, clock });
  for (const name of names) provider.getTracer('t').startSpan(name).end();
}

function fileSink(options: { maxQueueSpans?: number; clock?: ManualClock } = {}): FileSink {
  const { maxQueueSpans = 1000, clock = new ManualClock() } = options;
  return new FileSink({
    path: join(folder, 's.jsonl'),
    resource: { 'service.name': 's' },
    intervalMs: 100,
    maxQueueSpans,
    clock,
  });
}

describe('the file', () => {
  it('gets what has ended once per interval', async () => {
    const clock = new ManualClock();
    const sink = fileSink({ clock });
    emit(sink, ['a', 'b'], clock);
    await clock.advance(99);
    expect(sink.stats()).toMatchObject({ exported: 0, queued: 2 });
    await clock.advance(1);
    await sink.flush(1000);
    expect(sink.stats()).toMatchObject({ exported: 2, queued: 0, dropped: 0 });
    const text = await readFile(join(folder, 's.jsonl'), 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    await sink.close(1000);
    await sink.close(1000);
  });

  it('gets long runs of spans as several lines', async () => {
    const sink = fileSink();
    emit(
      sink,
      Array.from({ length: 600 }, (_, i) => `span ${i}`),
    );
    await sink.flush(1000);
    expect((await readFile(join(folder, 's.jsonl'), 'utf8')).trimEnd().split('\n')).toHaveLength(3);
    expect(await readSpans(join(folder, 's.jsonl'))).toHaveLength(600);
    await sink.close(1000);
  });

  it('gets every kind of value, as the reader gives it back', async () => {
    const sink = fileSink();
    const provider = new LightTracerProvider({
      sink,
      sampler: alwaysOn,
      limits: DEFAULT_LIMITS,
      clock: new ManualClock(),
    });
    const values = { whole: 2 ** 50, half: 0.5, none: null, infinite: Number.POSITIVE_INFINITY, no: false };
    const span = provider
      .getTracer('t')
      .startSpan('all', { attributes: { ...values, nested: { list: ['a', { b: 1 }] } } });
    span.setAttribute('bytes', new Uint8Array([1, 2, 3])).addEvent('e', { at: 1 });
    span.end();
    await sink.close(1000);
    const [read] = await readSpans(join(folder, 's.jsonl'));
    expect(read?.attributes).toEqual({
      ...values,
      none: undefined,
      nested: { list: ['a', { b: 1 }] },
      bytes: 'AQID',
    });
    expect(read?.events).toEqual([{ name: 'e', timeMs: 1_767_225_600_000, attributes: { at: 1 } }]);
  });

  it('keeps a bounded queue and counts what does not fit', async () => {
    const sink = fileSink({ maxQueueSpans: 3 });
    emit(sink, ['a', 'b', 'c', 'd', 'e']);
    expect(sink.stats()).toMatchObject({ queued: 3, dropped: 2 });
    await sink.close(1000);
    emit(sink, ['late']);
    expect(sink.stats()).toMatchObject({ exported: 3, queued: 0, dropped: 3 });
  });

  it('counts what cannot be written, and goes on', async () => {
    const sink = new FileSink({
      path: '/dev/full',
      resource: {},
      intervalMs: 100,
      maxQueueSpans: 10,
      clock: new ManualClock(),
    });
    emit(sink, ['a']);
    await sink.flush(1000);
    expect(sink.stats()).toMatchObject({
      exported: 0,
      dropped: 1,
      queued: 0,
      failedAttempts: 1,
      lastError: 'ENOSPC',
    });
    await sink.close(1000);
  });

  it('belongs to its owner alone, since spans tell a lot', async () => {
    const sink = fileSink();
    await sink.close(1000);
    const descriptor = openSync(join(folder, 's.jsonl'), 'r');
    const { fstatSync } = await import('node:fs');
    expect(fstatSync(descriptor).mode & 0o777).toBe(0o600);
    closeSync(descriptor);
  });
});

describe('the console', () => {
  it('gets one line per span', async () => {
    const lines: string[] = [];
    const sink = new ConsoleSink({ write: (text) => lines.push(text) });
    emit(sink, ['a "b"\nc']);
    await sink.flush();
    await sink.close();
    expect(lines).toEqual([
      expect.stringMatching(
        /^span "a \\"b\\"\\nc" internal 0\.000ms trace=[0-9a-f]{32} span=[0-9a-f]{16}\n$/,
      ),
    ]);
    expect(sink.stats()).toMatchObject({ exported: 1, dropped: 0 });
  });
});

describe('none', () => {
  it('keeps nothing', async () => {
    emit(discardingSink, ['a']);
    await discardingSink.flush(0);
    await discardingSink.close(0);
    expect(discardingSink.stats()).toEqual({
      exported: 0,
      dropped: 0,
      queued: 0,
      failedAttempts: 0,
      lastError: undefined,
    });
  });
});
