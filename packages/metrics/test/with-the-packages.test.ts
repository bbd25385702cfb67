/** The metrics of real circuits, bulkheads, retries and queues, found through their channels. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idempotent, MemoryIdempotencyStore } from '@holdfast/idempotency';
import { createWebhookQueue } from '@holdfast/queue';
import { createBulkhead, createCircuitBreaker, retryWithBackoff } from '@holdfast/resilience';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics, type ServiceMetrics } from '../src/index.ts';
import { type ParsedFamily, parseExposition, sampleValue } from './exposition-parser.ts';

let metrics: ServiceMetrics;

beforeEach(() => {
  metrics = createMetrics({ serviceName: 'payments', processMetrics: false });
});

afterEach(() => metrics.close());

async function scrape(): Promise<Map<string, ParsedFamily>> {
  return parseExposition((await metrics.render()).body, 'prometheus');
}

const down = () => Promise.reject(new Error('down'));

describe('a circuit breaker', () => {
  it('shows its failures, its transition and its open state', async () => {
    const breaker = createCircuitBreaker(down, { name: 'paddle', failureThreshold: 2, resetTimeout: 60_000 });
    await expect(breaker.fire()).rejects.toThrow('down');
    await expect(breaker.fire()).rejects.toThrow('down');
    await expect(breaker.fire()).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    const families = await scrape();
    const labels = { service: 'payments', circuit_name: 'paddle' };
    expect(sampleValue(families, 'circuit_breaker_state', labels)).toBe(1);
    expect(sampleValue(families, 'circuit_breaker_failures_total', labels)).toBe(2);
    expect(sampleValue(families, 'circuit_breaker_calls_total', { ...labels, outcome: 'rejected' })).toBe(1);
    const opened = { ...labels, from: 'CLOSED', to: 'OPEN' };
    expect(sampleValue(families, 'circuit_breaker_transitions_total', opened)).toBe(1);
  });
});

describe('a bulkhead', () => {
  it('shows the call inside and the one refused', async () => {
    const bulkhead = createBulkhead({ name: 'reports', maxConcurrent: 1, maxQueue: 0 });
    let end = () => {};
    const inside = bulkhead.execute(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    await expect(bulkhead.execute(async () => {})).rejects.toMatchObject({ name: 'BulkheadRejectedError' });
    const families = await scrape();
    end();
    await inside;
    const labels = { service: 'payments', bulkhead_name: 'reports' };
    expect(sampleValue(families, 'bulkhead_active', labels)).toBe(1);
    expect(sampleValue(families, 'bulkhead_rejected_total', labels)).toBe(1);
  });
});

describe('a retry', () => {
  it('shows its attempts by outcome', async () => {
    const options = { name: 'quote', maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 1 };
    await expect(retryWithBackoff(down, options)).rejects.toThrow('down');
    const families = await scrape();
    const labels = { service: 'payments', retry_name: 'quote' };
    expect(sampleValue(families, 'retry_attempts_total', { ...labels, outcome: 'retried' })).toBe(1);
    expect(sampleValue(families, 'retry_attempts_total', { ...labels, outcome: 'gave-up' })).toBe(1);
  });
});

describe('an idempotent function', () => {
  it('shows its calls by outcome', async () => {
    await using store = new MemoryIdempotencyStore();
    const pay = idempotent<number, number>((cents) => cents, { store, key: () => 'o_1' });
    await pay(500);
    await pay(500);
    await pay(500);
    await expect(pay(501)).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_KEY_CONFLICT' });
    const families = await scrape();
    const calls = (outcome: string) =>
      sampleValue(families, 'idempotency_requests_total', { service: 'payments', outcome });
    expect(['fresh', 'replayed', 'conflict', 'unknown'].map(calls)).toEqual([1, 2, 1, undefined]);
  });
});

describe('a webhook queue', () => {
  it('shows its depth, and its jobs when they are done', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-metrics-'));
    const queue = createWebhookQueue({
      queueName: 'hooks',
      backend: { file: join(folder, 'queue.db') },
      enqueueTimeoutMs: 20_000,
    });
    await queue.enqueue({
      eventId: 'evt_1',
      eventType: 'payment.succeeded',
      payload: '{}',
      provider: 'standard',
      receivedAt: 1_767_225_600_000,
    });
    const labels = { service: 'payments', queue: 'hooks' };
    expect(sampleValue(await scrape(), 'queue_depth', { ...labels, state: 'prioritized' })).toBe(1);

    const { promise: processed, resolve } = Promise.withResolvers<void>();
    await queue.startWorker(async () => resolve());
    await processed;
    await queue.close();
    const families = await scrape();
    rmSync(folder, { recursive: true });
    expect(sampleValue(families, 'queue_jobs_total', { ...labels, outcome: 'completed' })).toBe(1);
    expect(sampleValue(families, 'queue_job_duration_ms_count', labels)).toBe(1);
    expect(sampleValue(families, 'queue_depth', { ...labels, state: 'prioritized' })).toBeUndefined();
  });
});
