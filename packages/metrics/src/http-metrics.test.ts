import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ParsedFamily, parseExposition, sampleValue } from '../test/exposition-parser.ts';
import { buildMetrics, type ServiceMetrics } from './create-metrics.ts';
import type { HttpMetrics } from './http-metrics.ts';

let metrics: ServiceMetrics;
let http: HttpMetrics;

beforeEach(() => {
  metrics = buildMetrics({ serviceName: 'payments', processMetrics: false });
  http = metrics.http();
});

afterEach(() => metrics.close());

async function scrape(from: ServiceMetrics = metrics): Promise<Map<string, ParsedFamily>> {
  return parseExposition((await from.render()).body, 'prometheus');
}

const request = { method: 'GET', route: '/orders/:id', statusCode: 200, durationMs: 7 };
const labels = { service: 'payments', method: 'GET', route: '/orders/:id', status_code: '200' };

describe('HttpMetrics', () => {
  it('counts a request and puts its duration into the buckets, with service, method, route and status_code', async () => {
    http.start();
    http.observe(request);
    const families = await scrape();
    expect(sampleValue(families, 'http_requests_total', labels)).toBe(1);
    expect(sampleValue(families, 'http_request_duration_ms_bucket', { ...labels, le: '5' })).toBe(0);
    expect(sampleValue(families, 'http_request_duration_ms_bucket', { ...labels, le: '10' })).toBe(1);
    expect(sampleValue(families, 'http_request_duration_ms_bucket', { ...labels, le: '+Inf' })).toBe(1);
    expect(sampleValue(families, 'http_request_duration_ms_sum', labels)).toBe(7);
    expect(sampleValue(families, 'http_request_duration_ms_count', labels)).toBe(1);
  });

  it('counts a value on a bound into its bucket', async () => {
    http.observe({ ...request, durationMs: 10 });
    const families = await scrape();
    expect(sampleValue(families, 'http_request_duration_ms_bucket', { ...labels, le: '10' })).toBe(1);
  });

  it('shows requests in progress, never fewer than none', async () => {
    http.start();
    http.start();
    http.observe(request);
    expect(sampleValue(await scrape(), 'http_connections_active', { service: 'payments' })).toBe(1);
    http.observe(request);
    http.observe(request);
    expect(sampleValue(await scrape(), 'http_connections_active', { service: 'payments' })).toBe(0);
  });

  it('records a request that the client gave up as status 499', async () => {
    http.observe({ ...request, statusCode: undefined });
    expect(sampleValue(await scrape(), 'http_requests_total', { ...labels, status_code: '499' })).toBe(1);
  });

  it('puts unmatched paths under one route', async () => {
    http.observe({ ...request, route: undefined, statusCode: 404 });
    const unmatched = { ...labels, route: 'unmatched', status_code: '404' };
    expect(sampleValue(await scrape(), 'http_requests_total', unmatched)).toBe(1);
  });

  it('puts unknown methods and impossible status codes under other', async () => {
    http.observe({ ...request, method: 'BREW' });
    http.observe({ ...request, method: 'get' });
    http.observe({ ...request, statusCode: 1000 });
    const families = await scrape();
    expect(sampleValue(families, 'http_requests_total', { ...labels, method: 'other' })).toBe(2);
    expect(sampleValue(families, 'http_requests_total', { ...labels, status_code: 'other' })).toBe(1);
  });

  it('is the same when asked for twice, and refuses other buckets', () => {
    expect(() => metrics.http()).not.toThrow();
    expect(() => metrics.http({ durationBucketsMs: [1, 2] })).toThrow(
      expect.objectContaining({ code: 'ERR_METRICS_CONFLICT', metric: 'http_request_duration_ms' }),
    );
  });
});

describe('a scanner that asks for 100,000 unknown paths', () => {
  it('adds one series when the paths match no route', async () => {
    for (let i = 0; i < 100_000; i += 1) http.observe({ ...request, route: undefined, statusCode: 404 });
    const families = await scrape();
    expect(families.get('http_requests_total')?.samples).toHaveLength(1);
  });

  it('adds no series past the cap when the adapter takes paths for routes, and the surplus is counted', async () => {
    for (let i = 0; i < 100_000; i += 1) http.observe({ ...request, route: `/scan/${i}` });
    const families = await scrape();
    expect(families.get('http_requests_total')?.samples).toHaveLength(101);
    expect(sampleValue(families, 'http_requests_total', { ...labels, route: 'other' })).toBe(99_900);
    expect(sampleValue(families, 'metrics_label_overflow_total', { metric: 'http_requests_total' })).toBe(
      99_900,
    );
  });

  it('keeps each metric under its cap of label sets too', async () => {
    const small = buildMetrics({ serviceName: 's', processMetrics: false, maxSeriesPerMetric: 3 });
    const capped = small.http();
    for (let i = 0; i < 10; i += 1) capped.observe({ ...request, statusCode: 200 + i });
    const families = await scrape(small);
    expect(families.get('http_requests_total')?.samples).toHaveLength(4);
    const overflow = { service: 's', method: 'other', route: 'other', status_code: 'other' };
    expect(sampleValue(families, 'http_requests_total', overflow)).toBe(7);
    expect(sampleValue(families, 'metrics_label_overflow_total', { metric: 'http_requests_total' })).toBe(7);
    await small.close();
  });
});

describe("durationUnit: 's'", () => {
  it('names the histogram http_request_duration_seconds and shows seconds', async () => {
    const seconds = buildMetrics({ serviceName: 'payments', processMetrics: false, durationUnit: 's' });
    seconds.http().observe({ ...request, durationMs: 250 });
    const families = await scrape(seconds);
    expect(families.has('http_request_duration_ms')).toBe(false);
    expect(sampleValue(families, 'http_request_duration_seconds_sum', labels)).toBe(0.25);
    expect(sampleValue(families, 'http_request_duration_seconds_bucket', { ...labels, le: '0.25' })).toBe(1);
    expect(sampleValue(families, 'http_request_duration_seconds_bucket', { ...labels, le: '0.1' })).toBe(0);
    await seconds.close();
  });
});

describe('wrong options', () => {
  it('are refused, naming option, value and range', () => {
    expect(() => metrics.http({ maxRoutes: 0 })).toThrow(
      'createHttpMetrics: maxRoutes is 0; it must be an integer from 1 to 10000.',
    );
    expect(() => metrics.http({ durationBucketsMs: [5, 5] })).toThrow(
      'createHttpMetrics: durationBucketsMs is [5, 5]',
    );
  });
});
