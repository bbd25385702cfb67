import { COLLECT_CHANNEL, type CollectRequest, subscribeSafely } from '@holdfast/context/channels';
import { systemClock } from '@holdfast/context/clock';
import { Gauge, Registry, Summary } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { buildMetrics } from '../create-metrics.ts';
import { aggregate } from './aggregate.ts';
import { isClusterMessage, sendMessage } from './messages.ts';
import { accumulates, addPart, type ProcessSamples } from './process-samples.ts';
import { type SamplePart, snapshotParts } from './snapshot.ts';

const limits = { clock: systemClock, timeoutMs: 1000, onFailure: () => {} };

/** As it is in the primary: through JSON. */
async function samplesOf(registry: Registry): Promise<ProcessSamples> {
  const samples: ProcessSamples = new Map();
  for await (const part of snapshotParts(registry, limits))
    addPart(samples, JSON.parse(JSON.stringify(part)) as SamplePart);
  return samples;
}

function registryWith(build: (registers: Registry[]) => void): Registry {
  const registry = new Registry();
  build([registry]);
  return registry;
}

const valuesOf = (samples: ProcessSamples, metric: string) =>
  Object.fromEntries(samples.get(metric)?.values ?? []);

const fresh = (samples: ProcessSamples) => ({ samples, onlyTotals: false });
const silent = (samples: ProcessSamples) => ({ samples, onlyTotals: true });

describe('the samples of several processes', () => {
  const gauge = (aggregator: 'sum' | 'max' | 'min' | 'average' | 'first' | 'omit', value: number) =>
    samplesOf(
      registryWith((registers) => new Gauge({ name: 'g', help: 'G.', aggregator, registers }).set(value)),
    );

  it.each([
    ['sum', 9],
    ['max', 6],
    ['min', 1],
    ['average', 3],
    ['first', 2],
    ['omit', undefined],
  ] as const)('are joined by %s', async (rule, expected) => {
    const all = [await gauge(rule, 2), await gauge(rule, 6), await gauge(rule, 1)].map(fresh);
    expect(valuesOf(await aggregate(all), 'g')['g']).toBe(expected);
  });

  it('keep NaN and infinite values', async () => {
    for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])
      expect(valuesOf(await aggregate([fresh(await gauge('first', value))]), 'g')['g']).toBe(value);
  });

  it('show the highest quantile of a summary, and add up its count', async () => {
    const summary = (value: number) =>
      samplesOf(
        registryWith((registers) =>
          new Summary({ name: 's', help: 'S.', percentiles: [0.5], registers }).observe(value),
        ),
      );
    const joined = await aggregate([
      fresh(await summary(3)),
      fresh(await summary(8)),
      silent(await summary(99)),
    ]);
    expect(valuesOf(joined, 's')).toEqual({ 's{quantile="0.5"}': 8, s_sum: 110, s_count: 3 });
  });

  it('have the default labels of their registry, and leave out a metric that is of another type', async () => {
    const one = registryWith((registers) => new Gauge({ name: 'x', help: 'X.', registers }).set(1));
    one.setDefaultLabels({ region: 'eu' });
    await using metrics = buildMetrics({ serviceName: 's', processMetrics: false });
    metrics.own.registerCounter('x', 'X.', { labelNames: [] });
    const joined = await aggregate([fresh(await samplesOf(one)), fresh(await samplesOf(metrics.registry))]);
    expect(valuesOf(joined, 'x')).toEqual({ 'x{region="eu"}': 1 });
  });

  it('of ours are added up, but the highest stands of what all processes see alike', async () => {
    const counts = { waiting: 3, prioritized: 0, active: 0, delayed: 0, completed: 0, failed: 0 };
    const unsubscribe = subscribeSafely<CollectRequest>(COLLECT_CHANNEL, (request) => {
      request.add('queue.depth', { queue: 'q', counts, oldestJobAgeMs: 70, deadLetters: 4 });
      request.add('resilience.circuit', { name: 'c', state: 'OPEN' });
      request.add('resilience.bulkhead', { name: 'b', active: 2, queued: 1, maxConcurrent: 5 });
    });
    await using one = buildMetrics({ serviceName: 's', processMetrics: false });
    await using two = buildMetrics({ serviceName: 's', processMetrics: false });
    await Promise.all([one.render(), two.render()]);
    unsubscribe();
    const joined = await aggregate([
      fresh(await samplesOf(one.registry)),
      fresh(await samplesOf(two.registry)),
    ]);
    expect(valuesOf(joined, 'queue_depth')['queue_depth{queue="q",service="s",state="waiting"}']).toBe(3);
    expect(valuesOf(joined, 'queue_oldest_job_age_ms')).toEqual({
      'queue_oldest_job_age_ms{queue="q",service="s"}': 70,
    });
    expect(valuesOf(joined, 'dead_letters')).toEqual({ 'dead_letters{queue="q",service="s"}': 4 });
    expect(valuesOf(joined, 'circuit_breaker_state')).toEqual({
      'circuit_breaker_state{circuit_name="c",service="s"}': 1,
    });
    expect(valuesOf(joined, 'bulkhead_active')).toEqual({
      'bulkhead_active{bulkhead_name="b",service="s"}': 4,
    });
  });

  it('come in parts of a thousand', async () => {
    await using metrics = buildMetrics({
      serviceName: 's',
      processMetrics: false,
      maxSeriesPerMetric: 10_000,
    });
    metrics.own.registerCounter('many_total', 'M.', { labelNames: ['n'] });
    for (let n = 0; n < 2500; n += 1) metrics.own.incrementCounter('many_total', { n });
    const sizes: number[] = [];
    for await (const { head, keys } of snapshotParts(metrics.registry, limits))
      if (head.name === 'many_total') sizes.push(keys.length);
    expect(sizes).toEqual([1000, 1000, 500]);
  });
});

it('only what grows and is added up stays true when its process is gone', () => {
  const head = { name: 'm', help: 'M.', aggregator: 'sum' } as const;
  expect(accumulates({ ...head, type: 'counter' }, 'm')).toBe(true);
  expect(accumulates({ ...head, type: 'histogram' }, 'm_bucket{le="1"}')).toBe(true);
  expect(accumulates({ ...head, type: 'summary' }, 'm_count')).toBe(true);
  expect(accumulates({ ...head, type: 'summary' }, 'm{quantile="0.5"}')).toBe(false);
  expect(accumulates({ ...head, type: 'gauge' }, 'm')).toBe(false);
  expect(accumulates({ ...head, type: 'counter', aggregator: 'first' }, 'm')).toBe(false);
});

describe('a message', () => {
  it('is told from those of the application', () => {
    expect([undefined, null, 'text', 1, {}, { kind: 'ask' }].map(isClusterMessage)).not.toContain(true);
    expect(isClusterMessage({ 'holdfast.metrics.v1': 1, kind: 'ask' })).toBe(true);
  });

  it('that cannot be sent is not waited for', async () => {
    const broken = () => {
      throw new Error('channel closed');
    };
    expect(await sendMessage({}, { kind: 'end', id: 1 })).toBe(false);
    expect(await sendMessage({ send: broken }, { kind: 'end', id: 1 })).toBe(false);
  });
});
