import { randomUUID } from 'node:crypto';
import { tracingChannel } from 'node:diagnostics_channel';
import { createTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import { contextStorage, Scope } from '@holdfast/context/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createWebhookQueue,
  type EnqueueOperation,
  type JobSettled,
  type ProcessOperation,
  type QueueTrouble,
  type WebhookQueue,
} from '../src/index.ts';
import { type RunningEngine, STORES } from './engines.ts';
import { collectFacts } from './facts.ts';

const EVENT = {
  eventId: 'evt_1',
  eventType: 'payment.paid',
  payload: '{}',
  provider: 'stripe',
  receivedAt: 1_700_000_000_000,
};
const CHILD_SPAN = 'b7ad6b7169203331';

/** What a tracer does: it gives each operation a span of its own, which is active inside. */
function spanAround(name: string): { ended: { error?: Error }[]; stop: () => void } {
  const channel = tracingChannel(name);
  const ended: { error?: Error }[] = [];
  channel.start.bindStore(contextStorage, () => {
    const scope = contextStorage.getStore()?.child() ?? new Scope();
    scope.fill({ spanId: CHILD_SPAN });
    return scope;
  });
  const onEnd = (message: unknown) => void ended.push({ ...(message as object) });
  channel.asyncEnd.subscribe(onEnd);
  return {
    ended,
    stop: () => {
      channel.start.unbindStore(contextStorage);
      channel.asyncEnd.unsubscribe(onEnd);
    },
  };
}

describe.each(STORES.filter((engine) => engine.available))(
  'the channels of a queue on $name',
  ({ name, start }) => {
    let engine: RunningEngine;
    let queue: WebhookQueue;
    let queueName: string;
    const stops: (() => void)[] = [];

    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());
    beforeEach(() => {
      queueName = `q-${randomUUID()}`;
      queue = createWebhookQueue({
        queueName,
        ...engine.where,
        maxRetries: 1,
        backoff: { initialDelayMs: 1 },
        enqueueTimeoutMs: 20_000,
      });
    });
    afterEach(async () => {
      for (const stop of stops.splice(0)) stop();
      await queue.close();
    });

    function trace(channel: string): { error?: Error }[] {
      const { ended, stop } = spanAround(channel);
      stops.push(stop);
      return ended;
    }

    it('run an enqueue as an operation, and store the carrier of the span inside it', async () => {
      const ended = trace('holdfast:queue:enqueue') as unknown as EnqueueOperation[];
      const context = createTraceContext();
      await runWithTrace(context, () => queue.enqueue(EVENT));
      await runWithTrace(context, () => queue.enqueue(EVENT));
      const operation = { queue: queueName, jobId: 'stripe.evt_1', jobName: 'payment.paid', engine: name };
      expect(ended).toMatchObject([
        { ...operation, status: 'queued' },
        { ...operation, status: 'duplicate' },
      ]);
      const parent = Promise.withResolvers<string | undefined>();
      await queue.startWorker(() => parent.resolve(getCurrentTrace()?.parentSpanId));
      expect(await parent.promise).toBe(CHILD_SPAN);
    });

    it('run each attempt as an operation, active inside the processor, with its outcome at the end', async () => {
      const ended = trace('holdfast:queue:process') as unknown as (ProcessOperation & { error?: Error })[];
      using settled = collectFacts<JobSettled>('holdfast:queue:settled', queueName);
      const context = createTraceContext();
      await runWithTrace(context, () => queue.enqueue(EVENT));
      const spans: unknown[] = [];
      await queue.startWorker((job) => {
        spans.push(getCurrentTrace()?.traceId, getCurrentTrace()?.spanId);
        if (job.attempt === 1) throw new Error('first');
      });
      await settled.count(2);
      expect(spans).toEqual([context.traceId, CHILD_SPAN, context.traceId, CHILD_SPAN]);
      const operation = {
        queue: queueName,
        jobId: 'stripe.evt_1',
        jobName: 'payment.paid',
        engine: name,
        maxAttempts: 2,
      };
      expect(ended).toMatchObject([
        { ...operation, attempt: 1, outcome: 'retried', error: { message: 'first' } },
        { ...operation, attempt: 2, outcome: 'completed', enqueuedAt: expect.any(Number) },
      ]);
      expect(ended[0]?.carrier.traceparent).toContain(context.traceId);
    });

    it('tell how long an attempt ran and its job waited', async () => {
      using settled = collectFacts<JobSettled>('holdfast:queue:settled', queueName);
      await queue.enqueue(EVENT);
      await queue.startWorker(() => 'done');
      const [fact] = await settled.count(1);
      expect(fact).toEqual({
        queue: queueName,
        jobName: 'payment.paid',
        outcome: 'completed',
        durationMs: expect.any(Number),
        waitMs: expect.any(Number),
      });
      expect((await queue.getMetrics()).processing).toMatchObject({
        attempts: { completed: 1 },
        maxDurationMs: fact?.durationMs,
      });
    });

    it('tell of an act on a dead letter', async () => {
      using settled = collectFacts<JobSettled>('holdfast:queue:settled', queueName);
      using acts = collectFacts('holdfast:queue:dead-letter-act', queueName);
      await queue.enqueue(EVENT);
      await queue.startWorker(() => {
        throw Object.assign(new Error('no'), { status: 400 });
      });
      await settled.count(1);
      await queue.deadLetters.discard('stripe.evt_1', { by: 'ann' });
      expect(acts.all).toEqual([
        {
          queue: queueName,
          jobId: 'stripe.evt_1',
          jobName: 'payment.paid',
          act: 'discard',
          by: 'ann',
          at: expect.any(Number),
          failedAt: expect.any(Number),
        },
      ]);
    });
  },
);

describe('trouble of the engine', () => {
  it('is told to onError and on its channel', async () => {
    using facts = collectFacts<QueueTrouble>('holdfast:queue:error', 'nobody-there');
    const seen = Promise.withResolvers<Error>();
    const queue = createWebhookQueue({
      queueName: 'nobody-there',
      connection: { host: '127.0.0.1', port: 1 },
      onError: seen.resolve,
    });
    const [fact] = await facts.count(1);
    expect(fact?.error).toBe(await seen.promise);
    await queue.close();
  });
});
