import { ManualClock } from '@holdfast/context/testing';
import { SpanStatusCode } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { alwaysOn } from '../config/sampler.ts';
import { PreparedAttributes } from '../prepared-attributes.ts';
import type { SpanData } from '../span-data.ts';
import { DEFAULT_LIMITS, type SpanLimits } from './limits.ts';
import { LightTracerProvider } from './provider.ts';
import type { LightSpan } from './span.ts';

const ended: SpanData[] = [];

afterEach(() => {
  ended.length = 0;
});

function tracerWith(limits: Partial<SpanLimits> = {}, clock = new ManualClock()) {
  const sink = {
    add: (span: SpanData) => void ended.push(span),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: () => ({ exported: 0, dropped: 0, queued: 0, failedAttempts: 0, lastError: undefined }),
  };
  return new LightTracerProvider({
    sink,
    sampler: alwaysOn,
    limits: { ...DEFAULT_LIMITS, ...limits },
    clock,
  }).getTracer('t');
}

function start(limits: Partial<SpanLimits> = {}, clock?: ManualClock): LightSpan {
  return tracerWith(limits, clock).startSpan('work') as LightSpan;
}

describe('attributes', () => {
  it('take the last value of a key', () => {
    const span = start().setAttribute('a', 1).setAttribute('b', 2).setAttribute('a', 3);
    expect([span.attributes.keys, span.attributes.values]).toEqual([
      ['a', 'b'],
      [3, 2],
    ]);
  });

  it('are dropped and counted over the limit, while known keys still change', () => {
    const span = start({ attributeCount: 2 }).setAttributes({ a: 1, b: 2, c: 3 }).setAttribute('a', 9);
    expect([span.attributes.keys, span.attributes.values, span.attributes.dropped]).toEqual([
      ['a', 'b'],
      [9, 2],
      1,
    ]);
  });

  it('are cut to the length limit, in lists too', () => {
    const span = start({ attributeValueLength: 3 }).setAttributes({
      a: 'abcdef',
      b: ['abcdef', 1],
      c: new Uint8Array(9),
    });
    expect(span.attributes.values).toEqual(['abc', ['abc', 1], new Uint8Array(3)]);
  });

  it('are copies: a list that changes later does not change the span', () => {
    const list = ['a'];
    const span = start().setAttribute('list', list);
    list.push('b');
    expect(span.attributes.values).toEqual([['a']]);
  });

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a bigint', 1n],
    ['a date', new Date()],
    ['a list with a function in it', [() => 1]],
  ])('leave out %s', (_what, value) => {
    expect(start().setAttribute('a', value).attributes.keys).toEqual([]);
  });

  it('leave out an object that contains itself', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(start().setAttribute('a', circle).attributes.keys).toEqual([]);
  });

  it("that are shared become the span's own when one of them changes", () => {
    const prepared = new PreparedAttributes({ a: 1, b: 2, missing: undefined });
    const tracer = tracerWith();
    const first = tracer.startSpan('first', { prepared }) as LightSpan;
    const second = tracer.startSpan('second', { prepared }) as LightSpan;
    first.setAttribute('b', 3);
    expect([first.prepared, first.attributes.keys, first.attributes.values]).toEqual([
      undefined,
      ['a', 'b'],
      [1, 3],
    ]);
    expect([second.prepared, second.attributes.keys]).toEqual([prepared, []]);
  });

  it('that are shared are cut like others where a limit is set', () => {
    const prepared = new PreparedAttributes({ a: 'abcdef' });
    const span = tracerWith({ attributeValueLength: 2 }).startSpan('x', { prepared }) as LightSpan;
    expect([span.prepared, span.attributes.values]).toEqual([undefined, ['ab']]);
  });
});

describe('events and links', () => {
  it('let the oldest go over the limit, and count', () => {
    const span = start({ eventCount: 2, linkCount: 1 });
    for (const name of ['a', 'b', 'c']) span.addEvent(name);
    const context = (digit: string) => ({
      traceId: digit.repeat(32),
      spanId: digit.repeat(16),
      traceFlags: 1,
    });
    span.addLinks([{ context: context('1') }, { context: context('2') }]);
    expect(span.events.map((event) => event.name)).toEqual(['b', 'c']);
    expect(span.links.map((link) => link.context.traceId)).toEqual(['2'.repeat(32)]);
    expect([span.droppedEvents, span.droppedLinks]).toEqual([1, 1]);
  });

  it('take a time in every form the API has', async () => {
    const clock = new ManualClock();
    const span = start({}, clock);
    await clock.advance(10);
    span.addEvent('now');
    span.addEvent('date', new Date(1_767_225_600_123));
    span.addEvent('pair', [1_767_225_600, 5_000_000]);
    span.addEvent('epoch', { a: 1 }, 1_767_225_600_001.5);
    span.addEvent('monotonic', 4);
    expect(span.events.map((event) => event.timeUs - 1_767_225_600_000_000)).toEqual([
      10_000, 123_000, 5_000, 1_500, 4_000,
    ]);
    expect(span.events[3]?.keys).toEqual(['a']);
  });

  it('hold an exception by its code, or its name', () => {
    const span = start();
    span.recordException(Object.assign(new Error('gone'), { code: 'ENOENT', stack: 'at x' }));
    span.recordException('plain');
    expect(span.events[0]).toMatchObject({
      name: 'exception',
      keys: ['exception.type', 'exception.message', 'exception.stacktrace'],
      values: ['ENOENT', 'gone', 'at x'],
    });
    expect(span.events[1]).toMatchObject({ keys: ['exception.message'], values: ['plain'] });
  });
});

describe('status', () => {
  it('is final when OK, and never goes back to UNSET', () => {
    const span = start()
      .setStatus({ code: SpanStatusCode.ERROR, message: 'a' })
      .setStatus({ code: SpanStatusCode.UNSET });
    expect([span.statusCode, span.statusMessage]).toEqual([SpanStatusCode.ERROR, 'a']);
    span.setStatus({ code: SpanStatusCode.OK, message: 'ignored' }).setStatus({ code: SpanStatusCode.ERROR });
    expect([span.statusCode, span.statusMessage]).toEqual([SpanStatusCode.OK, undefined]);
  });
});

describe('the end', () => {
  it('hands the span over once and makes it unchangeable', () => {
    const span = start();
    expect(span.isRecording()).toBe(true);
    span.end();
    span
      .setAttribute('a', 1)
      .addEvent('e')
      .updateName('other')
      .setStatus({ code: SpanStatusCode.ERROR })
      .end();
    expect(ended).toHaveLength(1);
    expect(span.isRecording()).toBe(false);
    expect([span.name, span.attributes.keys, span.events, span.statusCode]).toEqual([
      'work',
      [],
      [],
      SpanStatusCode.UNSET,
    ]);
  });

  it('never lies before the start', () => {
    const span = start();
    span.end(new Date(0));
    expect(span.endUs).toBe(span.startUs);
  });

  it('keeps the duration true when the system clock is set back meanwhile', async () => {
    let steppedMs = 0;
    const manual = new ManualClock();
    const clock = Object.assign(Object.create(manual) as ManualClock, {
      now: () => manual.now(),
      wallTime: () => manual.wallTime() + steppedMs,
    });
    const tracer = tracerWith({}, clock);
    const parent = tracer.startSpan('parent') as LightSpan;
    steppedMs = -3_600_000;
    await manual.advance(5);
    const next = tracer.startSpan('next trace') as LightSpan;
    parent.end();
    expect(parent.endUs - parent.startUs).toBe(5_000);
    expect(next.startUs - parent.startUs).toBe(5_000 - 3_600_000_000);
  });
});
