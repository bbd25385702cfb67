/**
 * The usage examples of the requirement documents, run as they are written: document 000 (webhook queue, direct
 * fallback) and document 002 (background jobs), with `processWebhook` and the connection filled in.
 */

import { createTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createJobQueue,
  createWebhookQueue,
  type JobSettled,
  priorityOf,
  type WebhookEvent,
} from '../src/index.ts';
import { type RunningEngine, STORES } from './engines.ts';
import { collectFacts } from './facts.ts';

const webhookData = { id: 'sub_1' };

describe.each(STORES.filter((engine) => engine.available))('document 000 on $name', ({ start }) => {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());

  it('enqueues a webhook with its trace and processes it in a worker', async () => {
    using settled = collectFacts<JobSettled>('holdfast:queue:settled', 'paddle-webhooks');
    const processed: WebhookEvent[] = [];
    const traces: unknown[] = [];
    const processWebhook = async (data: WebhookEvent) => {
      processed.push(data);
      traces.push(getCurrentTrace()?.traceId);
    };
    const webhookQueue = createWebhookQueue({
      ...engine.where,
      queueName: 'paddle-webhooks',
      concurrency: 5,
      enqueueTimeoutMs: 20_000,
      maxRetries: 3,
    });

    // Enqueue webhook (captures trace context automatically)
    const context = createTraceContext();
    const answer = await runWithTrace(context, () =>
      webhookQueue.enqueue({
        eventId: 'evt_123',
        eventType: 'subscription.created',
        payload: JSON.stringify(webhookData),
        provider: 'paddle',
        receivedAt: 1_700_000_000_000,
      }),
    );

    // Start worker with processor
    await webhookQueue.startWorker(async (job) => {
      await processWebhook(job.data);
      return { status: 'processed' };
    });
    await settled.count(1);
    expect(answer).toEqual({ status: 'queued', jobId: 'paddle.evt_123' });
    expect(processed).toMatchObject([{ eventId: 'evt_123', payload: '{"id":"sub_1"}' }]);
    expect(traces).toEqual([context.traceId]);
    await webhookQueue.close();
  });

  it('keeps the priority system', () => {
    expect(
      ['payment.paid', 'transaction.paid', 'subscription.created', 'address.created'].map(priorityOf),
    ).toEqual([1, 1, 2, 5]);
  });

  it('tells queue depth, processing latency and the number of dead letters', async () => {
    const queue = createWebhookQueue({ ...engine.where, queueName: 'metrics', enqueueTimeoutMs: 20_000 });
    expect(await queue.getMetrics()).toMatchObject({
      counts: { prioritized: 0, active: 0, failed: 0 },
      processing: { meanDurationMs: 0, maxDurationMs: 0 },
      deadLetters: 0,
    });
    await queue.close();
  });
});

describe.each(STORES.filter((engine) => engine.available))('document 002 on $name', ({ start }) => {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());

  it('has the correlation id in the data of a background job, and in its context without it', async () => {
    using settled = collectFacts<JobSettled>('holdfast:queue:settled', 'email');
    const emailQueue = createJobQueue<{ to: string; correlationId?: string }>({
      ...engine.where,
      queueName: 'email',
      enqueueTimeoutMs: 20_000,
    });
    const emailData = { to: 'ann@example.org' };
    const req = { correlationId: 'corr-1' };

    // BullMQ job data includes correlation ID
    await emailQueue.add('send-email', {
      ...emailData,
      correlationId: req.correlationId,
    });
    await runWithTrace(createTraceContext({ correlationId: 'corr-2' }), () =>
      emailQueue.add('send-email', emailData),
    );

    const seen: unknown[] = [];
    await emailQueue.startWorker((job) => {
      seen.push([job.name, job.data.correlationId, getCurrentTrace()?.correlationId]);
    });
    await settled.count(2);
    expect(seen).toEqual(
      expect.arrayContaining([
        ['send-email', 'corr-1', expect.anything()],
        ['send-email', undefined, 'corr-2'],
      ]),
    );
    await emailQueue.close();
  });
});

describe('document 000, graceful degradation', () => {
  it('processes directly when Redis fails', async () => {
    const processed: string[] = [];
    const processWebhook = async (data: WebhookEvent) => void processed.push(data.eventId);
    const queue = createWebhookQueue({
      connection: { host: '127.0.0.1', port: 1 },
      queueName: 'webhooks',
      enqueueTimeoutMs: 100,
      enableDirectFallback: true,
    });
    queue.setProcessor(async (data) => processWebhook(data));

    // Will fall back to direct processing if Redis fails
    const answer = await queue.enqueue({
      eventId: 'evt_123',
      eventType: 'subscription.created',
      payload: '{}',
      provider: 'paddle',
      receivedAt: 1_700_000_000_000,
    });
    expect(answer.processedDirectly).toBe(true);
    expect(processed).toEqual(['evt_123']);
    await queue.close();
  });
});
