import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCurrentTrace } from '@holdfast/context';
import { createWebhookQueue, type WebhookQueue } from '@holdfast/queue';
import { createCircuitBreaker, retryWithBackoff } from '@holdfast/resilience';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withSpan } from '../src/index.ts';
import { joinLinkedTraces, renderWaterfall } from '../src/reader/index.ts';
import { type Recording, startRecording } from './recording.ts';

let recording: Recording;
let folder: string;
let queue: WebhookQueue;

beforeEach(async () => {
  recording = await startRecording();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-tracing-queue-'));
  queue = createWebhookQueue({
    queueName: 'webhooks',
    backend: { file: join(folder, 'queue.db') },
    enqueueTimeoutMs: 20_000,
  });
  await queue.ready();
});

afterEach(async () => {
  await queue.close();
  await recording.stop();
  await rm(folder, { recursive: true });
});

describe('a webhook on a real queue', () => {
  it('can be followed from its request through the job to the call that was repeated', async () => {
    const { promise: done, resolve } = Promise.withResolvers<string | undefined>();
    await queue.startWorker(async () => {
      let calls = 0;
      await retryWithBackoff(
        async () => {
          calls += 1;
          if (calls === 1) throw Object.assign(new Error('provider answered 503'), { statusCode: 503 });
        },
        { name: 'provider', maxAttempts: 2, initialDelayMs: 1 },
      );
      resolve(getCurrentTrace()?.traceId);
    });
    await withSpan('POST /webhooks/:provider', () =>
      queue.enqueue({
        eventId: 'evt_1',
        eventType: 'payment.paid',
        payload: '{}',
        provider: 'stripe',
        receivedAt: Date.now(),
      }),
    );
    const jobTrace = await done;
    await queue.close();

    const request = await recording.span('POST /webhooks/:provider');
    const producer = await recording.span('send webhooks');
    const consumer = await recording.span('process webhooks');
    expect(producer.parentSpanId).toBe(request.spanId);
    expect(consumer).toMatchObject({
      traceId: jobTrace,
      links: [{ traceId: producer.traceId, spanId: producer.spanId }],
      attributes: { 'holdfast.queue.outcome': 'completed', 'holdfast.queue.attempt': 1 },
    });
    expect(await recording.span('provider attempt 1')).toMatchObject({
      status: 'error',
      parentSpanId: consumer.spanId,
    });
    expect(await recording.span('provider attempt 2')).toMatchObject({
      status: 'unset',
      parentSpanId: consumer.spanId,
    });
    expect(consumer.events.map(({ name, attributes }) => [name, attributes['retry.outcome']])).toEqual([
      ['retry', 'retried'],
      ['retry', 'succeeded'],
    ]);
    const drawing = renderWaterfall(joinLinkedTraces(await recording.spans(), request.traceId));
    expect(drawing).toContain('⇢ process webhooks [completed]');
    expect(drawing).toContain('↻ attempt 1 retried');
  });

  it('shows where a circuit opened', async () => {
    const breaker = createCircuitBreaker(() => Promise.reject(new Error('down')), {
      name: 'provider',
      failureThreshold: 2,
    });
    await withSpan('calls', async () => {
      for (let i = 0; i < 2; i++) await expect(breaker.fire()).rejects.toThrow('down');
    });
    const spans = await recording.spans();
    const transitions = spans
      .flatMap((span) => span.events)
      .filter((event) => event.name === 'circuit.transition');
    expect(transitions.map(({ attributes }) => attributes)).toEqual([
      {
        'circuit.name': 'provider',
        'circuit.from': 'CLOSED',
        'circuit.to': 'OPEN',
        'circuit.reason': 'threshold',
      },
    ]);
  });
});
