import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  formatDuration,
  joinLinkedTraces,
  readSpans,
  renderWaterfall,
  renderWaterfallSvg,
  type TraceSpan,
} from './index.ts';

const REQUEST = '1'.repeat(32);
const JOB = '2'.repeat(32);
const RETRY = '3'.repeat(32);

function span(
  id: string,
  startMs: number,
  durationMs: number,
  rest: Partial<TraceSpan> & { name: string },
): TraceSpan {
  return {
    traceId: REQUEST,
    spanId: id.padStart(16, '0'),
    parentSpanId: undefined,
    kind: 'internal',
    service: 'payments',
    startMs: 1_767_225_600_000 + startMs,
    durationMs,
    status: 'unset',
    statusMessage: undefined,
    attributes: {},
    events: [],
    links: [],
    ...rest,
  };
}

const link = (id: string) => [{ traceId: REQUEST, spanId: id.padStart(16, '0') }];
const below = (id: string) => id.padStart(16, '0');

/** A webhook, its job that fails and is tried again, and the circuit that opens meanwhile. */
const STORY: TraceSpan[] = [
  span('a', 0, 12, {
    name: 'POST /webhooks/:provider',
    kind: 'server',
    attributes: { 'http.response.status_code': 200 },
  }),
  span('b', 6, 4, { name: 'send webhooks', kind: 'producer', parentSpanId: below('a') }),
  span('c', 6.5, 0.42, { name: 'INSERT jobs', kind: 'client', parentSpanId: below('b') }),
  span('d', 20, 60, {
    name: 'process webhooks',
    kind: 'consumer',
    service: 'worker',
    traceId: JOB,
    links: link('b'),
    status: 'error',
    statusMessage: 'provider answered 503',
    attributes: { 'holdfast.queue.outcome': 'retried' },
    events: [
      {
        name: 'retry',
        timeMs: 1_767_225_600_041,
        attributes: { 'retry.attempt': 1, 'retry.outcome': 'retried', 'retry.delay_ms': 20 },
      },
      {
        name: 'circuit.transition',
        timeMs: 1_767_225_600_078,
        attributes: {
          'circuit.name': 'provider',
          'circuit.from': 'CLOSED',
          'circuit.to': 'OPEN',
          'circuit.reason': 'threshold',
        },
      },
    ],
  }),
  span('e', 21, 20, {
    name: 'provider attempt 1',
    service: 'worker',
    traceId: JOB,
    parentSpanId: below('d'),
    status: 'error',
    statusMessage: 'status 503',
  }),
  span('f', 62, 16, {
    name: 'provider attempt 2',
    service: 'worker',
    traceId: JOB,
    parentSpanId: below('d'),
    status: 'error',
    statusMessage: 'status 503',
  }),
  span('9', 140, 60, {
    name: 'process webhooks',
    kind: 'consumer',
    service: 'worker',
    traceId: RETRY,
    links: link('b'),
    attributes: { 'holdfast.queue.outcome': 'completed' },
  }),
];

describe('readSpans', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-reader-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const line = (spanJson: object) =>
    JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeSpans: [{ spans: [spanJson] }],
        },
      ],
    });

  it('reads OTLP/JSON lines of anyone', async () => {
    const file = join(folder, 'spans.jsonl');
    const event = { name: 'e', timeUnixNano: '1767225600000500000', attributes: [] };
    await writeFile(
      file,
      `${line({
        traceId: REQUEST,
        spanId: 'ab',
        parentSpanId: '',
        name: 'GET',
        kind: 3,
        startTimeUnixNano: '1767225600000000000',
        endTimeUnixNano: '1767225600001250000',
        attributes: [
          { key: 'int', value: { intValue: '7' } },
          { key: 'double', value: { doubleValue: 0.5 } },
          { key: 'bool', value: { boolValue: false } },
          { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }] } } },
          { key: 'map', value: { kvlistValue: { values: [{ key: 'b', value: { bytesValue: 'AA==' } }] } } },
          { key: 'none' },
        ],
        events: [event],
        links: [{ traceId: JOB, spanId: 'cd' }],
        status: { code: 2, message: 'no' },
      })}\n`,
    );
    expect(await readSpans(file)).toEqual([
      {
        traceId: REQUEST,
        spanId: 'ab',
        parentSpanId: undefined,
        name: 'GET',
        kind: 'client',
        service: 'shop',
        startMs: 1_767_225_600_000,
        durationMs: 1.25,
        status: 'error',
        statusMessage: 'no',
        attributes: { int: 7, double: 0.5, bool: false, list: ['a'], map: { b: 'AA==' }, none: undefined },
        events: [{ name: 'e', timeMs: 1_767_225_600_000.5, attributes: {} }],
        links: [{ traceId: JOB, spanId: 'cd' }],
      },
    ]);
  });

  it('skips torn lines, foreign lines and spans without ids, and keeps what the filter keeps', async () => {
    const file = join(folder, 'spans.jsonl');
    const good = (id: string) => line({ traceId: REQUEST, spanId: id });
    await writeFile(
      file,
      `${good('1')}\n${good('2').slice(0, 50)}\nnull\n7\n[]\n\n${line({ name: 'no ids' })}\n${good('3')}\n${good('4')}`,
    );
    expect((await readSpans(file)).map(({ spanId }) => spanId)).toEqual(['1', '3', '4']);
    expect(
      (await readSpans(file, { filter: ({ spanId }) => spanId === '3' })).map(({ spanId }) => spanId),
    ).toEqual(['3']);
  });

  it('says clearly which file cannot be read', async () => {
    const path = join(folder, 'none.jsonl');
    await expect(readSpans(path)).rejects.toMatchObject({
      name: 'TraceFileError',
      code: 'ERR_TRACING_FILE',
      path,
      message: `The trace file ${path} cannot be read (ENOENT). Check that its folder exists and who may use it.`,
    });
  });
});

describe('joinLinkedTraces', () => {
  it('follows links in both directions, however far', () => {
    const far = span('7', 0, 1, {
      name: 'far',
      traceId: '4'.repeat(32),
      links: [{ traceId: RETRY, spanId: below('9') }],
    });
    const other = span('8', 0, 1, { name: 'other', traceId: '5'.repeat(32) });
    const all = [...STORY, far, other];
    for (const start of [REQUEST, JOB, far.traceId])
      expect(joinLinkedTraces(all, start)).toEqual([...STORY, far]);
    expect(joinLinkedTraces(all, other.traceId)).toEqual([other]);
  });
});

describe('renderWaterfall', () => {
  it('draws linked traces on one scale, with errors, retries and circuit transitions', () => {
    expect(renderWaterfall(STORY, { width: 110 }).split('\n')).toEqual([
      'trace 11111111111111111111111111111111 · 7 spans · 200 ms · 3 linked traces · 3 errors',
      '■ payments  ■ worker',
      '',
      '                                                                 0                  100 ms              200 ms',
      'POST /webhooks/:provider [200]      payments  server    12.0 ms  ██▊',
      '└─send webhooks                     payments  producer   4.0 ms   ▉',
      '  ├─INSERT jobs                     payments  client     420 µs   ▏',
      '  ├─⇢ process webhooks [retried]    worker    consumer  60.0 ms      █████████████▌',
      '  │   ↻ attempt 1 retried, next after 20.0 ms',
      '  │   ⚡ circuit provider: CLOSED → OPEN (threshold)',
      '  │   ✗ provider answered 503',
      '  │ ├─provider attempt 1            worker    internal  20.0 ms      ████▌',
      '  │ │   ✗ status 503',
      '  │ └─provider attempt 2            worker    internal  16.0 ms               ███▋',
      '  │     ✗ status 503',
      '  └─⇢ process webhooks [completed]  worker    consumer  60.0 ms                                 █████████████▌',
      '',
    ]);
  });

  it('keeps every line within the width', () => {
    const long = span('1', 0, 5, {
      name: 'a very long name '.repeat(20),
      service: 'service with quite a name',
    });
    for (const width of [60, 80, 120, 200]) {
      const lines = renderWaterfall([...STORY, long], { width })
        .split('\n')
        .slice(3);
      expect(Math.max(...lines.map((text) => text.length))).toBeLessThanOrEqual(width);
    }
  });

  it('lines up durations and bars', () => {
    const lines = renderWaterfall(STORY, { width: 110 }).split('\n').slice(4);
    const rows = lines.filter((text) => /(?:server|client|producer|consumer|internal) {2}/.test(text));
    expect(rows).toHaveLength(7);
    expect(new Set(rows.map((text) => text.search(/(?:µs|ms) {2}/)))).toEqual(new Set([61]));
  });

  it('colours by service, errors red, when asked', () => {
    const text = renderWaterfall(STORY, { width: 110, color: true });
    expect(text).toContain('\u001b[38;5;196m');
    expect(text).toContain('\u001b[38;5;39m■ payments\u001b[0m');
    expect(renderWaterfall(STORY)).not.toContain('\u001b');
  });

  it('lets no escape sequence of a span through', () => {
    const text = renderWaterfall([
      span('1', 0, 1, { name: '\u001b[2Jwipe\u0007\nnew \u202eline', service: '\u009b31m' }),
    ]);
    expect(text).toContain(' [2Jwipe new  line');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  it('puts a span whose parent is missing at the top, and ends where spans go in a circle', () => {
    const circle = [
      span('1', 0, 1, { name: 'one', parentSpanId: below('2') }),
      span('2', 0, 1, { name: 'two', parentSpanId: below('1') }),
      span('3', 0, 1, { name: 'orphan', parentSpanId: below('4') }),
    ];
    expect(renderWaterfall(circle)).toContain('orphan');
  });

  it('draws a span without duration, and says when there is none', () => {
    expect(renderWaterfall([span('1', 0, 0, { name: 'instant' })])).toContain('0 µs');
    expect(renderWaterfall([])).toBe('no spans\n');
  });
});

describe('renderWaterfallSvg', () => {
  it('draws the same as one document of its own', () => {
    const svg = renderWaterfallSvg(STORY, { title: 'A webhook & its <job>' });
    expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" width="1100" ')).toBe(true);
    expect(svg).toContain('A webhook &amp; its &lt;job&gt;');
    expect(svg.match(/class="bar/g)).toHaveLength(7);
    expect(svg.match(/class="bar broken"/g)).toHaveLength(3);
    expect(svg.match(/class="link"/g)).toHaveLength(2);
    expect(svg.match(/class="mark"/g)).toHaveLength(2);
    expect(svg.match(/https?:\/\/[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(svg).not.toMatch(/<script|<image|<use|href=|@import|url\(/);
  });

  it('escapes what a span says', () => {
    const svg = renderWaterfallSvg([span('1', 0, 1, { name: '</text><script>alert(1)</script>\u0000"' })]);
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('\u0000');
  });

  it('draws nothing, too', () => {
    expect(renderWaterfallSvg([])).toContain('no spans');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 µs'],
    [0.0004, '0 µs'],
    [0.42, '420 µs'],
    [0.9996, '1.0 ms'],
    [12.34, '12.3 ms'],
    [99.96, '100 ms'],
    [999.4, '999 ms'],
    [1240, '1.24 s'],
    [59_990, '59.99 s'],
    [123_000, '2 m 03 s'],
  ])('%d ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
