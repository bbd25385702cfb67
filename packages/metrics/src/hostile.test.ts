/** What comes from outside, or from code that is broken, must not break a scrape or grow without bound. */
import { ManualClock } from '@holdfast/context/testing';
import fc from 'fast-check';
import { Counter, Gauge, Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { type ParsedFamily, parseExposition, sampleValue } from '../test/exposition-parser.ts';
import { buildMetrics, type ServiceMetrics } from './create-metrics.ts';
import type { MetricsOptions } from './options.ts';

let metrics: ServiceMetrics;

afterEach(() => metrics.close());

function create(options: MetricsOptions = {}): ServiceMetrics {
  metrics = buildMetrics({ serviceName: 's', processMetrics: false, ...options });
  return metrics;
}

async function scrape(): Promise<Map<string, ParsedFamily>> {
  return parseExposition((await metrics.render()).body, 'prometheus');
}

describe('a hundred thousand unknown paths', () => {
  it('add no series beyond the first hundred routes, and are all counted', async () => {
    create();
    const http = metrics.http();
    for (let i = 0; i < 100_000; i += 1) {
      http.observe({ method: 'GET', route: `/scan/${i}`, statusCode: 404, durationMs: 1 });
    }
    const families = await scrape();
    const totals = families.get('http_requests_total')?.samples ?? [];
    expect(totals).toHaveLength(101);
    expect(totals.reduce((sum, { value }) => sum + value, 0)).toBe(100_000);
    expect(
      sampleValue(families, 'metrics_label_overflow_total', { metric: 'http_requests_total' }),
    ).toBeGreaterThanOrEqual(99_900);
  });

  it('that matched nothing are one series', async () => {
    create();
    const http = metrics.http();
    for (let i = 0; i < 1000; i += 1)
      http.observe({ method: `M${i}`, route: undefined, statusCode: 404, durationMs: 1 });
    expect((await scrape()).get('http_requests_total')?.samples).toHaveLength(1);
  });
});

describe('label values', () => {
  it('of any kind stay readable and are one series each', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('__proto__', 'constructor', '', '\ud800', '"', '\\', '\n', '\r', '\u2028', '\0', 'NaN'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value), { maxLength: 20 }), async (pairs) => {
        await using one = buildMetrics({ serviceName: 's', processMetrics: false });
        one.own.registerCounter('c_total', 'C.', { labelNames: ['a', 'constructor'] });
        for (const [a, b] of pairs) one.own.incrementCounter('c_total', { a, constructor: b });
        const families = parseExposition((await one.render()).body, 'prometheus');
        const samples = families.get('c_total')?.samples ?? [];
        const clean = (text: string) => text.toWellFormed().replaceAll('\0', '\ufffd');
        const expected = new Map<string, number>();
        for (const [a, b] of pairs) {
          const key = JSON.stringify([clean(a), clean(b)]);
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
        const shown = samples.map(({ labels, value: count }) => [
          JSON.stringify([labels['a'], labels['constructor']]),
          count,
        ]);
        expect(new Map(shown as [string, number][])).toEqual(expected);
      }),
      { numRuns: 100 },
    );
    create();
  });

  it('that are very long are cut at 512 characters', async () => {
    create();
    metrics.own.registerGauge('g', 'G.');
    metrics.own.setGauge('g', 1, { a: 'x'.repeat(1_000_000) });
    expect((await scrape()).get('g')?.samples[0]?.labels['a']).toBe('x'.repeat(512));
  });

  it('left out are empty, whatever Object.prototype has under the name', async () => {
    create();
    metrics.own.registerGauge('g', 'G.', { labelNames: ['toString', 'valueOf'] });
    metrics.own.setGauge('g', 1, { valueOf: 'v' } as unknown as Record<string, string>);
    expect(sampleValue(await scrape(), 'g', { toString: '', valueOf: 'v' })).toBe(1);
  });
});

describe('names that are not legal', () => {
  it.each(['', '1st', 'a-b', 'a b', 'ä', 'a\n', '__proto__x y'])(
    'are refused at registration as a metric: %j',
    (name) => {
      create();
      expect(() => metrics.own.registerCounter(name, 'Help.')).toThrow(
        `The metric name ${JSON.stringify(name)} is not legal: it must match [a-zA-Z_:][a-zA-Z0-9_:]*.`,
      );
    },
  );

  it.each(['', '1st', 'a-b', '__proto__', '__name__', 'a:b', 'é'])(
    'are refused at registration as a label: %j',
    (label) => {
      create();
      expect(() => metrics.own.registerCounter('c', 'Help.', { labelNames: [label] })).toThrow(
        `The label name ${JSON.stringify(label)} of c is not legal`,
      );
    },
  );

  it('are refused at the first use where that names the labels, and the metric stays usable', async () => {
    create();
    metrics.own.registerCounter('c', 'Help.');
    const labels = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
    expect(() => metrics.own.incrementCounter('c', labels)).toThrow('The label name "__proto__" of c');
    metrics.own.incrementCounter('c', { a: '1' });
    expect(sampleValue(await scrape(), 'c', { a: '1' })).toBe(1);
  });

  it('given twice, le in a histogram, and an unknown aggregator are refused', () => {
    create();
    expect(() => metrics.own.registerGauge('g', 'G.', { labelNames: ['a', 'a'] })).toThrow(
      'The label name a of g is given twice; name each label once.',
    );
    expect(() => metrics.own.registerHistogram('h', 'H.', { labelNames: ['le'] })).toThrow(
      'The label name "le" of h is not legal',
    );
    expect(() => metrics.own.registerGauge('g', 'G.', { aggregator: 'median' as 'sum' })).toThrow(
      "registerGauge('g'): aggregator is median; it must be one of sum, max, min, average, first, omit.",
    );
  });
});

describe('a collector of a foreign metric', () => {
  function foreign(collect: (this: Gauge) => void | Promise<void>, name: string, registry: Registry): void {
    new Gauge({ name, help: 'H.', registers: [registry], collect });
  }

  it('that throws or rejects is left out and counted, the others stay', async () => {
    const registry = new Registry();
    foreign(
      () => {
        throw new Error('broken');
      },
      'throws',
      registry,
    );
    foreign(() => Promise.reject(new Error('broken')), 'rejects', registry);
    foreign(
      function collect(this: Gauge) {
        this.set(7);
      },
      'works',
      registry,
    );
    create({ registry });
    await scrape();
    const families = await scrape();
    expect([families.has('throws'), families.has('rejects')]).toEqual([false, false]);
    expect(sampleValue(families, 'works')).toBe(7);
    expect(sampleValue(families, 'metrics_collect_failures_total', { reason: 'collector' })).toBe(4);
  });

  it('that hangs is waited for within one limit for all, and not called again while it hangs', async () => {
    const clock = new ManualClock();
    const registry = new Registry();
    let calls = 0;
    let release = () => {};
    for (const name of ['hangs_a', 'hangs_b', 'hangs_c']) {
      foreign(
        () => {
          calls += 1;
          return new Promise<void>((resolve) => {
            release = resolve;
          });
        },
        name,
        registry,
      );
    }
    foreign(
      function collect(this: Gauge) {
        this.set(7);
      },
      'works',
      registry,
    );
    create({ registry, clock, collectTimeoutMs: 500 });
    const first = metrics.render();
    // Asking all of them takes some turns of the loop, between which no time passes here.
    while (clock.pendingTimers === 0) await new Promise(setImmediate);
    await clock.advance(500);
    const late = metrics.render({ accept: 'application/openmetrics-text' });
    const body = await drive(clock, first);
    expect(sampleValue(parseExposition(body, 'prometheus'), 'works')).toBe(7);
    expect(body).not.toContain('hangs_a');
    await drive(clock, late);
    expect(calls).toBe(3);
    release();
    expect(clock.pendingTimers).toBe(0);
  });

  /** Lets time pass until the scrape has ended: its second wait begins some turns of the loop after the first. */
  async function drive(clock: ManualClock, scraping: Promise<{ readonly body: string }>): Promise<string> {
    let body: string | undefined;
    void scraping.then((rendered) => {
      body = rendered.body;
    });
    while (body === undefined) {
      await new Promise(setImmediate);
      await clock.advance(100);
    }
    return body;
  }
});

describe("prom-client's own metrics in the registry", () => {
  it('are rendered with their collect functions, also by the registry itself', async () => {
    const registry = new Registry();
    const orders = new Counter({
      name: 'orders_total',
      help: 'O.',
      labelNames: ['kind'],
      registers: [registry],
    });
    let collected = 0;
    new Gauge({
      name: 'pool_size',
      help: 'P.',
      registers: [registry],
      collect() {
        collected += 1;
        this.set(collected);
      },
    });
    create({ registry });
    orders.inc({ kind: 'b2b' }, 3);
    const families = await scrape();
    expect(sampleValue(families, 'orders_total', { kind: 'b2b' })).toBe(3);
    expect(sampleValue(families, 'pool_size')).toBe(1);
    const text = await registry.metrics();
    expect(text).toContain('orders_total{kind="b2b"} 3');
    expect(text).toContain('pool_size 2');
    expect(text).toContain('# TYPE circuit_breaker_state gauge');
  });
});
