import { Counter, Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseExposition, sampleValue } from '../test/exposition-parser.ts';
import { buildMetrics, type ServiceMetrics } from './create-metrics.ts';

let metrics: ServiceMetrics;

beforeEach(() => {
  metrics = buildMetrics({ serviceName: 's', processMetrics: false, maxSeriesPerMetric: 2 });
});

afterEach(() => metrics.close());

const scrape = async () => parseExposition((await metrics.render()).body, 'prometheus');

describe('own metrics', () => {
  it('take their label names from the first use; a label left out later is empty', async () => {
    metrics.own.registerCounter('jobs_done', 'Jobs.');
    metrics.own.incrementCounter('jobs_done', { kind: 'mail', urgent: true });
    metrics.own.incrementCounter('jobs_done', { kind: 'mail' }, 3);
    const families = await scrape();
    expect(sampleValue(families, 'jobs_done', { kind: 'mail', urgent: 'true' })).toBe(1);
    expect(sampleValue(families, 'jobs_done', { kind: 'mail', urgent: '' })).toBe(3);
  });

  it('take them in any order', async () => {
    metrics.own.registerGauge('g', 'G.');
    metrics.own.setGauge('g', 1, { a: '1', b: '2' });
    metrics.own.setGauge('g', 5, { b: '2', a: '1' });
    expect(sampleValue(await scrape(), 'g', { a: '1', b: '2' })).toBe(5);
  });

  it('refuse a label that the first use did not have', () => {
    metrics.own.registerCounter('c', 'C.');
    metrics.own.incrementCounter('c', { a: '1' });
    expect(() => metrics.own.incrementCounter('c', { b: '1' })).toThrow(
      'The metric c has no label b; its labels are a. They are fixed by its first use',
    );
  });

  it('take label names at registration, and are shown at 0 when there are none', async () => {
    metrics.own.registerCounter('plain', 'Plain.', { labelNames: [] });
    metrics.own.registerCounter('labelled', 'Labelled.', { labelNames: ['a', 'b'] });
    metrics.own.incrementCounter('labelled', { b: '1' });
    const families = await scrape();
    expect(sampleValue(families, 'plain')).toBe(0);
    expect(sampleValue(families, 'labelled', { a: '', b: '1' })).toBe(1);
  });

  it('have a cap of label sets, the rest being counted under other', async () => {
    metrics.own.registerCounter('c', 'C.');
    for (const user of ['1', '2', '3', '4']) metrics.own.incrementCounter('c', { user });
    const families = await scrape();
    expect(families.get('c')?.samples).toHaveLength(3);
    expect(sampleValue(families, 'c', { user: 'other' })).toBe(2);
    expect(sampleValue(families, 'metrics_label_overflow_total', { metric: 'c' })).toBe(2);
  });

  it('may be registered again under the same kind, and under no other', () => {
    metrics.own.registerCounter('c', 'C.');
    metrics.own.registerCounter('c', 'C.');
    expect(() => metrics.own.registerGauge('c', 'C.')).toThrow('it is registered as a counter');
  });

  it('refuse the name of a metric that is there', () => {
    expect(() => metrics.own.registerCounter('queue_jobs_total', 'Mine.')).toThrow(
      expect.objectContaining({ code: 'ERR_METRICS_CONFLICT' }),
    );
  });

  it('refuse use before registration, saying which call is missing', () => {
    expect(() => metrics.own.setGauge('g', 1)).toThrow(
      "There is no gauge named g. Call Metrics.registerGauge('g', help)",
    );
    metrics.own.registerCounter('c', 'C.');
    expect(() => metrics.own.setGauge('c', 1)).toThrow(
      expect.objectContaining({ code: 'ERR_METRICS_NOT_REGISTERED' }),
    );
    expect(() => metrics.own.observe('c', 1)).toThrow(
      expect.objectContaining({ code: 'ERR_METRICS_NOT_REGISTERED' }),
    );
  });

  it('refuse values that no metric can hold', () => {
    metrics.own.registerCounter('c', 'C.');
    metrics.own.registerGauge('g', 'G.');
    metrics.own.registerHistogram('h', 'H.');
    expect(() => metrics.own.incrementCounter('c', {}, -1)).toThrow("incrementCounter('c'): value is -1");
    expect(() => metrics.own.incrementCounter('c', {}, NaN)).toThrow('value is NaN');
    expect(() => metrics.own.setGauge('g', '1' as unknown as number)).toThrow('value is of type string');
    expect(() => metrics.own.observe('h', Infinity)).toThrow('it must be a finite number');
  });

  it.each(['', '1a', 'a-b', 'a b', 'ä'])('refuse the metric name %j', (name) => {
    expect(() => metrics.own.registerCounter(name, 'Help.')).toThrow('is not legal');
  });

  it('refuse illegal label names and a missing help text', () => {
    const register = (labelNames: string[]) => () => metrics.own.registerHistogram('h', 'H.', { labelNames });
    for (const label of ['a-b', '__name__', 'le', '0']) expect(register([label])).toThrow('is not legal');
    expect(() => metrics.own.registerCounter('c', '')).toThrow('has no help text');
    metrics.own.registerCounter('c', 'C.');
    expect(() => metrics.own.incrementCounter('c', { 'a-b': '1' })).toThrow('is not legal');
    metrics.own.incrementCounter('c', { a_b: '1' });
  });
});

describe('own metrics that were registered first', () => {
  it('refuse a registry that has their name already', async () => {
    const { createOwnMetrics } = await import('./own-metrics.ts');
    const own = createOwnMetrics();
    own.metrics.registerCounter('app_total', 'Own.', { labelNames: [] });
    const registry = new Registry();
    new Counter({ name: 'app_total', help: 'Theirs.', registers: [registry] });
    expect(() => buildMetrics({ registry, processMetrics: false }, own)).toThrow(
      expect.objectContaining({ code: 'ERR_METRICS_CONFLICT' }),
    );
    expect(registry.getMetricsAsArray()).toHaveLength(1);
  });
});
