import { channel } from 'node:diagnostics_channel';
import { COLLECT_CHANNEL, type CollectRequest, subscribeSafely } from '@holdfast/context/channels';
import { ManualClock } from '@holdfast/context/testing';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Format, type ParsedFamily, parseExposition, sampleValue } from '../test/exposition-parser.ts';
import { buildMetrics, type ServiceMetrics } from './create-metrics.ts';
import { METRICS_DEFAULTS, type MetricsOptions } from './options.ts';

let metrics: ServiceMetrics;
const closers: (() => void)[] = [];

function create(options: MetricsOptions = {}): ServiceMetrics {
  metrics = buildMetrics({ serviceName: 'payments', processMetrics: false, ...options });
  return metrics;
}

beforeEach(() => void create());

afterEach(async () => {
  await metrics.close();
  for (const close of closers.splice(0)) close();
});

async function scrape(format: Format = 'prometheus'): Promise<Map<string, ParsedFamily>> {
  const accept = format === 'openmetrics' ? 'application/openmetrics-text' : undefined;
  return parseExposition((await metrics.render({ accept })).body, format);
}

/** Answers each scrape, as a live object of another package does. */
function answer(handler: (request: CollectRequest) => void): void {
  closers.push(subscribeSafely<CollectRequest>(COLLECT_CHANNEL, handler));
}

const publish = (name: string, message: object) => channel(name).publish(message);

describe('a circuit', () => {
  const labels = { service: 'payments', circuit_name: 'paddle' };
  const circuit = (state: string) => ({ name: 'paddle', state, prometheusState: 9 });

  it.each([
    ['CLOSED', 0],
    ['HALF_OPEN', 0.5],
    ['OPEN', 1],
  ])('that is %s shows as %d, asked for at each scrape', async (state, value) => {
    answer((request) => request.add('resilience.circuit', circuit(state)));
    expect(sampleValue(await scrape(), 'circuit_breaker_state', labels)).toBe(value);
  });

  it.each([
    ['CLOSED', 0],
    ['HALF_OPEN', 1],
    ['OPEN', 2],
  ])("that is %s shows as %d with stateEncoding: 'ordinal'", async (state, value) => {
    await metrics.close();
    create({ stateEncoding: 'ordinal' });
    answer((request) => request.add('resilience.circuit', circuit(state)));
    expect(sampleValue(await scrape(), 'circuit_breaker_state', labels)).toBe(value);
  });

  it('shows the worse state where two circuits have one name', async () => {
    answer((request) => {
      request.add('resilience.circuit', circuit('OPEN'));
      request.add('resilience.circuit', circuit('CLOSED'));
    });
    expect(sampleValue(await scrape(), 'circuit_breaker_state', labels)).toBe(1);
  });

  it('has its counters at 0 before anything fails', async () => {
    answer((request) => request.add('resilience.circuit', circuit('CLOSED')));
    const families = await scrape();
    expect(sampleValue(families, 'circuit_breaker_failures_total', labels)).toBe(0);
    expect(
      sampleValue(families, 'circuit_breaker_transitions_total', { ...labels, from: 'CLOSED', to: 'OPEN' }),
    ).toBe(0);
  });

  it('disappears when it no longer answers', async () => {
    answer((request) => request.add('resilience.circuit', circuit('OPEN')));
    await scrape();
    for (const close of closers.splice(0)) close();
    expect(sampleValue(await scrape(), 'circuit_breaker_state', labels)).toBeUndefined();
  });

  it('has its calls counted by outcome, failures and timeouts together as failures', async () => {
    for (const outcome of ['success', 'failure', 'timeout', 'rejected', 'rejected']) {
      publish('holdfast:resilience:call', { name: 'paddle', outcome, durationMs: 3 });
    }
    const families = await scrape();
    expect(sampleValue(families, 'circuit_breaker_calls_total', { ...labels, outcome: 'rejected' })).toBe(2);
    expect(sampleValue(families, 'circuit_breaker_calls_total', { ...labels, outcome: 'success' })).toBe(1);
    expect(sampleValue(families, 'circuit_breaker_failures_total', labels)).toBe(2);
  });

  it('has its transitions counted', async () => {
    publish('holdfast:resilience:transition', {
      name: 'paddle',
      from: 'CLOSED',
      to: 'OPEN',
      at: 0,
      reason: 'manual',
    });
    const families = await scrape();
    expect(
      sampleValue(families, 'circuit_breaker_transitions_total', { ...labels, from: 'CLOSED', to: 'OPEN' }),
    ).toBe(1);
  });
});

describe('retries and bulkheads', () => {
  it('are counted by outcome, and refusals too', async () => {
    publish('holdfast:resilience:retry', { name: 'api', attempt: 1, outcome: 'retried' });
    publish('holdfast:resilience:bulkhead-rejected', { name: 'api' });
    const families = await scrape();
    const service = 'payments';
    expect(
      sampleValue(families, 'retry_attempts_total', { service, retry_name: 'api', outcome: 'retried' }),
    ).toBe(1);
    expect(sampleValue(families, 'bulkhead_rejected_total', { service, bulkhead_name: 'api' })).toBe(1);
  });

  it('shows the calls inside and waiting, of all bulkheads with one name', async () => {
    const bulkhead = { name: 'api', active: 2, queued: 1, maxConcurrent: 5 };
    answer((request) => request.add('resilience.bulkhead', bulkhead));
    answer((request) => request.add('resilience.bulkhead', bulkhead));
    const families = await scrape();
    expect(sampleValue(families, 'bulkhead_active', { service: 'payments', bulkhead_name: 'api' })).toBe(4);
    expect(sampleValue(families, 'bulkhead_queued', { service: 'payments', bulkhead_name: 'api' })).toBe(2);
  });
});

describe('a queue', () => {
  const labels = { service: 'payments', queue: 'webhooks' };
  const counts = { waiting: 3, prioritized: 2, active: 1, delayed: 0, completed: 9, failed: 4 };
  const snapshot = { queue: 'webhooks', counts, oldestJobAgeMs: 1500, deadLetters: 4, spooled: 0 };

  it('shows depth by state, the oldest age and the dead letters, also when it answers late', async () => {
    answer((request) => {
      const read = async () => {
        await Promise.resolve();
        request.add('queue.depth', snapshot);
      };
      request.waitFor(read());
    });
    const families = await scrape();
    expect(sampleValue(families, 'queue_depth', { ...labels, state: 'waiting' })).toBe(3);
    expect(sampleValue(families, 'queue_depth', { ...labels, state: 'delayed' })).toBe(0);
    expect(sampleValue(families, 'queue_oldest_job_age_ms', labels)).toBe(1500);
    expect(sampleValue(families, 'dead_letters', labels)).toBe(4);
  });

  it('shows what it spools while its server is away, all objects of the process together', async () => {
    answer((request) => {
      request.add('queue.spool', { queue: 'webhooks', jobs: 7, bytes: 900, oldestJobAgeMs: 10 });
      request.add('queue.spool', { queue: 'webhooks', jobs: 2, bytes: 100, oldestJobAgeMs: 20 });
    });
    expect(sampleValue(await scrape(), 'queue_spool_jobs', labels)).toBe(9);
    expect(sampleValue(await scrape(), 'queue_spool_jobs', labels)).toBe(9);
  });

  it('has its jobs counted by outcome, timed, and their wait timed', async () => {
    publish('holdfast:queue:settled', {
      queue: 'webhooks',
      jobName: 'payment.succeeded',
      outcome: 'completed',
      durationMs: 12,
      waitMs: 40,
    });
    const families = await scrape();
    expect(sampleValue(families, 'queue_jobs_total', { ...labels, outcome: 'completed' })).toBe(1);
    expect(sampleValue(families, 'queue_job_duration_ms_sum', labels)).toBe(12);
    expect(sampleValue(families, 'queue_job_wait_ms_sum', labels)).toBe(40);
  });
});

describe('databases and other services', () => {
  it('are timed by what tracing tells', async () => {
    publish('holdfast:tracing:query', {
      system: 'sqlite',
      operation: 'INSERT',
      durationMs: 2,
      failed: false,
    });
    publish('holdfast:tracing:http-client', {
      host: 'api.test',
      method: 'POST',
      durationMs: 30,
      failed: true,
    });
    publish('holdfast:tracing:redis', { command: 'GET', durationMs: 3, failed: false });
    const families = await scrape();
    expect(
      sampleValue(families, 'redis_command_duration_ms_sum', { service: 'payments', command: 'GET' }),
    ).toBe(3);
    const query = { service: 'payments', system: 'sqlite', operation: 'INSERT', outcome: 'success' };
    expect(sampleValue(families, 'db_query_duration_ms_sum', query)).toBe(2);
    const call = { service: 'payments', host: 'api.test', method: 'POST', status_code: 'error' };
    expect(sampleValue(families, 'http_client_request_duration_ms_sum', call)).toBe(30);
  });
});

describe('a scrape', () => {
  it('does not wait longer than its limit, drops what comes later, and counts it', async () => {
    await metrics.close();
    const clock = new ManualClock();
    create({ clock, collectTimeoutMs: 500 });
    let late: (() => void) | undefined;
    answer((request) => {
      request.add('resilience.circuit', { name: 'quick', state: 'OPEN' });
      request.waitFor(new Promise(() => {}));
      late = () => request.add('resilience.circuit', { name: 'late', state: 'OPEN' });
    });
    const rendered = metrics.render();
    await clock.advance(499);
    await clock.advance(1);
    const families = parseExposition((await rendered).body, 'prometheus');
    late?.();
    expect(
      sampleValue(families, 'circuit_breaker_state', { service: 'payments', circuit_name: 'quick' }),
    ).toBe(1);
    expect(families.get('circuit_breaker_state')?.samples).toHaveLength(1);
    const second = metrics.render();
    await clock.advance(500);
    const later = parseExposition((await second).body, 'prometheus');
    expect(sampleValue(later, 'metrics_collect_failures_total', { reason: 'timeout' })).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('goes on without an answer that fails or is malformed, and counts it', async () => {
    answer((request) => request.waitFor(Promise.reject(new Error('redis is down'))));
    answer((request) => request.add('queue.depth', { queue: 'broken' }));
    const families = await scrape();
    expect(sampleValue(families, 'metrics_collect_failures_total', { reason: 'error' })).toBe(2);
  });

  it('counts the errors of subscribers, which go no further', async () => {
    const before = sampleValue(await scrape(), 'metrics_subscriber_failures_total') ?? 0;
    publish('holdfast:queue:settled', { outcome: Symbol('not a label') });
    expect(sampleValue(await scrape(), 'metrics_subscriber_failures_total')).toBe(before + 1);
  });

  it('is shared by those who ask at the same time', async () => {
    let asked = 0;
    answer(() => {
      asked += 1;
    });
    await Promise.all([
      metrics.render(),
      metrics.render(),
      metrics.render({ accept: 'application/openmetrics-text' }),
    ]);
    expect(asked).toBe(1);
    await metrics.render();
    expect(asked).toBe(2);
  });

  it('leaves the event loop its turns while it writes many series', async () => {
    await metrics.close();
    create({ maxSeriesPerMetric: 20_000 });
    metrics.own.registerHistogram('many', 'Many series.');
    for (let i = 0; i < 10_000; i += 1) metrics.own.observe('many', i, { n: String(i) });
    let turns = 0;
    let running = true;
    const turn = () => {
      turns += 1;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    const { body } = await metrics.render();
    running = false;
    expect(body.length).toBeGreaterThan(4_000_000);
    expect(turns).toBeGreaterThan(20);
  });
});

describe('the text formats', () => {
  it('are plain text unless OpenMetrics is asked for', async () => {
    expect((await metrics.render()).contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const rendered = await metrics.render({ accept: 'application/openmetrics-text;version=1.0.0' });
    expect(rendered.contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(rendered.body.endsWith('# EOF\n')).toBe(true);
  });

  it.each(['prometheus', 'openmetrics'] as const)(
    'in %s keep label values of any kind readable',
    async (format) => {
      metrics.own.registerGauge('odd', 'Help with a \\ and a\nline.');
      const values = [
        '',
        'quote "',
        'back\\slash',
        'line\nbreak',
        'tab\t',
        '\u0000',
        '日本語',
        '{a="b"}',
        '\ud800',
        '\ud801',
      ];
      for (const value of values) metrics.own.setGauge('odd', 1, { value });
      const families = await scrape(format);
      const shown = families.get('odd')?.samples.map(({ labels }) => labels['value']);
      // Half surrogate pairs and NUL become U+FFFD, and so one series.
      expect(shown).toEqual([
        '',
        'quote "',
        'back\\slash',
        'line\nbreak',
        'tab\t',
        '\ufffd',
        '日本語',
        '{a="b"}',
      ]);
    },
  );

  it('in OpenMetrics name a counter family without _total, and leave plain text as it was afterwards', async () => {
    metrics.http().observe({ method: 'GET', route: '/', statusCode: 200, durationMs: 1 });
    const openMetrics = await scrape('openmetrics');
    expect(openMetrics.get('http_requests')?.type).toBe('counter');
    expect(openMetrics.get('http_requests')?.samples[0]?.name).toBe('http_requests_total');
    expect((await scrape()).get('http_requests_total')?.type).toBe('counter');
  });

  it('in OpenMetrics show a counter whose name has no _total as unknown, under its own name', async () => {
    metrics.own.registerCounter('my_custom_counter', 'Description');
    metrics.own.incrementCounter('my_custom_counter', { label: 'value' });
    const families = await scrape('openmetrics');
    expect(families.get('my_custom_counter')?.type).toBe('unknown');
    expect(sampleValue(families, 'my_custom_counter', { label: 'value' })).toBe(1);
  });

  it('show infinite values and NaN', async () => {
    metrics.own.registerGauge('edge', 'Edges.');
    for (const value of [Infinity, -Infinity, NaN])
      metrics.own.setGauge('edge', value, { value: String(value) });
    const { body } = await metrics.render();
    expect(body).toContain(
      'edge{value="Infinity"} +Inf\nedge{value="-Infinity"} -Inf\nedge{value="NaN"} NaN\n',
    );
  });

  it.each(['prometheus', 'openmetrics'] as const)(
    'in %s are valid with process and default metrics',
    async (format) => {
      await metrics.close();
      create({ processMetrics: true });
      metrics.http().observe({ method: 'GET', route: '/', statusCode: 200, durationMs: 1 });
      const families = await scrape(format);
      for (const name of ['heap_used_bytes', 'heap_total_bytes', 'rss_bytes']) {
        expect(sampleValue(families, `process_memory_${name}`)).toBeGreaterThan(1_000_000);
      }
      expect(sampleValue(families, 'process_event_loop_lag_ms')).toBeGreaterThanOrEqual(0);
      expect(sampleValue(families, 'process_cpu_seconds_total')).toBeGreaterThan(0);
    },
  );
});

describe("an application's own prom-client registry", () => {
  it('shows its metrics beside ours, with its default labels', async () => {
    await metrics.close();
    const registry = new Registry();
    registry.setDefaultLabels({ region: 'eu', service: 'ignored where we have one' });
    new Counter({ name: 'app_total', help: 'Own.', registers: [registry] }).inc(5);
    create({ registry });
    metrics.http().observe({ method: 'GET', route: '/', statusCode: 200, durationMs: 1 });
    const families = await scrape();
    expect(sampleValue(families, 'app_total', { region: 'eu', service: 'ignored where we have one' })).toBe(
      5,
    );
    const labels = { service: 'payments', method: 'GET', route: '/', status_code: '200', region: 'eu' };
    expect(sampleValue(families, 'http_requests_total', labels)).toBe(1);
  });

  it("gives the same samples through prom-client's own metrics(), states included", async () => {
    answer((request) => request.add('resilience.circuit', { name: 'paddle', state: 'OPEN' }));
    metrics.http().observe({ method: 'GET', route: '/', statusCode: 200, durationMs: 7 });
    const theirs = (await metrics.registry.metrics()).replaceAll('\n\n', '\n');
    expect(parseExposition(theirs, 'prometheus')).toEqual(await scrape());
    const json = await metrics.registry.getMetricsAsJSON();
    expect(json.find(({ name }) => name === 'circuit_breaker_state')?.values).toEqual([
      { labels: { service: 'payments', circuit_name: 'paddle' }, value: 1 },
    ]);
  });

  it("matches prom-client's own histogram line by line", async () => {
    const buckets = [1, 5, 10];
    const theirs = new Histogram({ name: 'h', help: 'H.', labelNames: ['a'], buckets, registers: [] });
    metrics.own.registerHistogram('h', 'H.', { buckets });
    for (const value of [0, 1, 1.5, 5, 10, 10.1, -3]) {
      theirs.observe({ a: 'x' }, value);
      metrics.own.observe('h', value, { a: 'x' });
    }
    const registry = new Registry();
    registry.registerMetric(theirs);
    const ours = (await metrics.registry.getSingleMetricAsString('h')).split('\n').slice(2).sort();
    const expected = (await registry.getSingleMetricAsString('h')).split('\n').slice(2).sort();
    const plain = (line: string) =>
      line.replace(/\{.*\}/, (labels) => labels.slice(1, -1).split(',').sort().join());
    expect(ours.map(plain)).toEqual(expected.map(plain));
  });

  it('goes on without a collector that throws or hangs, and counts it', async () => {
    await metrics.close();
    const clock = new ManualClock();
    const registry = new Registry();
    const gauge = (name: string, collect: () => Promise<void>) =>
      new Gauge({ name, help: 'Own.', registers: [registry], collect });
    gauge('throws', () => Promise.reject(new Error('broken')));
    gauge('hangs', () => new Promise(() => {}));
    create({ registry, clock, collectTimeoutMs: 500 });
    const first = metrics.render();
    await clock.advance(500);
    expect(parseExposition((await first).body, 'prometheus').has('hangs')).toBe(false);
    const second = metrics.render();
    await clock.advance(500);
    const families = parseExposition((await second).body, 'prometheus');
    expect(sampleValue(families, 'metrics_collect_failures_total', { reason: 'collector' })).toBe(4);
  });

  it('refuses a name that is taken, and leaves nothing of ours behind', () => {
    const registry = new Registry();
    new Counter({ name: 'queue_jobs_total', help: 'Own.', registers: [registry] });
    expect(() => buildMetrics({ registry })).toThrow(
      expect.objectContaining({ code: 'ERR_METRICS_CONFLICT', metric: 'queue_jobs_total' }),
    );
    expect(registry.getMetricsAsArray()).toHaveLength(1);
  });

  it('keeps recording after resetMetrics()', async () => {
    const http = metrics.http();
    const observe = () => http.observe({ method: 'GET', route: '/', statusCode: 200, durationMs: 1 });
    observe();
    metrics.registry.resetMetrics();
    observe();
    const labels = { service: 'payments', method: 'GET', route: '/', status_code: '200' };
    expect(sampleValue(await scrape(), 'http_requests_total', labels)).toBe(1);
    expect(sampleValue(await scrape(), 'http_request_duration_ms_count', labels)).toBe(1);
  });
});

describe('close', () => {
  it('ends the subscriptions and takes every metric out of the registry', async () => {
    await metrics.close();
    const registry = new Registry();
    create({ registry, processMetrics: true });
    await metrics.close();
    await metrics[Symbol.asyncDispose]();
    expect(registry.getMetricsAsArray()).toEqual([]);
    expect(channel('holdfast:resilience:call').hasSubscribers).toBe(false);
  });
});

describe('options', () => {
  it('have the defaults of the manual', () => {
    expect(METRICS_DEFAULTS).toEqual({
      serviceName: 'unknown_service',
      stateEncoding: 'fractional',
      durationUnit: 'ms',
      durationBucketsMs: [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000],
      maxSeriesPerMetric: 1000,
      collectTimeoutMs: 2000,
      processMetrics: true,
      maxRoutes: 100,
    });
    expect(Object.isFrozen(METRICS_DEFAULTS)).toBe(true);
  });

  it('are refused when wrong, naming option, value and range', () => {
    const wrong = (options: object) => () => buildMetrics(options as MetricsOptions);
    expect(wrong({ collectTimeoutMs: 0 })).toThrow(
      'createMetrics: collectTimeoutMs is 0; it must be an integer from 1 to 60000.',
    );
    expect(wrong({ stateEncoding: 'roman' })).toThrow(
      'stateEncoding is roman; it must be one of fractional, ordinal.',
    );
    expect(wrong({ durationUnit: 'h' })).toThrow('durationUnit is h; it must be one of ms, s.');
    expect(wrong({ durationBucketsMs: [] })).toThrow('durationBucketsMs is []');
    expect(wrong({ serviceName: '' })).toThrow('serviceName is empty');
    expect(wrong({ maxSeriesPerMetric: 1.5 })).toThrow('maxSeriesPerMetric is 1.5');
  });
});
