import { channel, tracingChannel } from 'node:diagnostics_channel';
import {
  type Carrier,
  createTraceContext,
  fromCarrier,
  getCurrentTrace,
  runWithTrace,
  toCarrier,
} from '@holdfast/context';
import { afterEach, describe, expect, it } from 'vitest';
import { getCurrentSpan, type TracingOptions, withSpan } from '../src/index.ts';
import type { TraceSpan } from '../src/reader/index.ts';
import { type Recording, startRecording } from './recording.ts';

const enqueueChannel = tracingChannel<unknown, Record<string, unknown>>('holdfast:queue:enqueue');
const processChannel = tracingChannel<unknown, Record<string, unknown>>('holdfast:queue:process');
const attemptChannel = tracingChannel<unknown, Record<string, unknown>>('holdfast:resilience:attempt');

let recording: Recording;

afterEach(() => recording.stop());

async function record(options: TracingOptions = {}): Promise<void> {
  recording = await startRecording(options);
}

/** What a producer does: the carrier is made inside the operation. */
function enqueue(): Promise<Carrier> {
  const operation = { queue: 'webhooks', jobId: 'evt_1', jobName: 'payment.paid', engine: 'sqlite' };
  return enqueueChannel.tracePromise(async () => {
    await Promise.resolve();
    Object.assign(operation, { status: 'queued' });
    return toCarrier();
  }, operation);
}

/** What a worker does with one attempt. */
function process(carrier: Carrier, attempt: number, work: () => Promise<unknown>): Promise<unknown> {
  const operation = {
    queue: 'webhooks',
    jobId: 'evt_1',
    jobName: 'payment.paid',
    engine: 'sqlite',
    attempt,
    maxAttempts: 4,
    carrier,
    enqueuedAt: Date.now(),
  };
  return runWithTrace(fromCarrier(carrier), () =>
    processChannel.tracePromise(async () => {
      try {
        const result = await work();
        Object.assign(operation, { outcome: 'completed' });
        return result;
      } catch (error) {
        Object.assign(operation, { outcome: 'retried' });
        throw error;
      }
    }, operation),
  );
}

async function named(name: string): Promise<TraceSpan[]> {
  return (await recording.spans()).filter((span) => span.name === name);
}

describe('an enqueue', () => {
  it('is a producer span, and the carrier names it', async () => {
    await record();
    const carrier = await withSpan('request', () => enqueue());
    const span = await recording.span('send webhooks');
    expect(span).toMatchObject({
      kind: 'producer',
      parentSpanId: (await recording.span('request')).spanId,
      attributes: {
        'messaging.system': 'bullmq',
        'messaging.destination.name': 'webhooks',
        'messaging.message.id': 'evt_1',
        'messaging.operation.name': 'add',
        'messaging.operation.type': 'send',
        'holdfast.queue.job_name': 'payment.paid',
        'holdfast.queue.engine': 'sqlite',
        'holdfast.queue.status': 'queued',
      },
    });
    expect(carrier.traceparent).toBe(`00-${span.traceId}-${span.spanId}-03`);
  });
});

describe('an attempt at a job', () => {
  it('is a trace of its own, linked to its producer, each time anew', async () => {
    await record();
    const carrier = await runWithTrace(createTraceContext({ requestId: 'r-1', tenantId: 't-1' }), () =>
      enqueue(),
    );
    await expect(process(carrier, 1, () => Promise.reject(new Error('not yet')))).rejects.toThrow('not yet');
    await process(carrier, 2, async () => {
      expect(getCurrentTrace()).toMatchObject({ requestId: 'r-1', tenantId: 't-1' });
      await withSpan('inside', () => Promise.resolve());
    });
    const [first, second] = await named('process webhooks');
    const producer = await recording.span('send webhooks');
    expect(new Set([first?.traceId, second?.traceId, producer.traceId]).size).toBe(3);
    for (const attempt of [first, second]) {
      expect(attempt).toMatchObject({
        kind: 'consumer',
        parentSpanId: undefined,
        links: [{ traceId: producer.traceId, spanId: producer.spanId }],
      });
    }
    expect(first).toMatchObject({
      status: 'error',
      statusMessage: 'not yet',
      attributes: {
        'holdfast.queue.attempt': 1,
        'holdfast.queue.max_attempts': 4,
        'holdfast.queue.outcome': 'retried',
      },
    });
    expect(second).toMatchObject({
      status: 'unset',
      attributes: {
        'messaging.operation.type': 'process',
        'holdfast.queue.attempt': 2,
        'holdfast.queue.outcome': 'completed',
        'holdfast.queue.wait_ms': expect.any(Number),
      },
    });
    expect(await recording.span('inside')).toMatchObject({
      traceId: second?.traceId,
      parentSpanId: second?.spanId,
    });
  });

  it("continues its producer's trace with jobs: 'parent'", async () => {
    await record({ jobs: 'parent' });
    const carrier = await enqueue();
    await process(carrier, 1, () => Promise.resolve());
    const producer = await recording.span('send webhooks');
    expect(await recording.span('process webhooks')).toMatchObject({
      traceId: producer.traceId,
      parentSpanId: producer.spanId,
      links: [],
    });
  });

  it('is recorded when its producer was, whatever the rate', async () => {
    await record({ sampleRate: 0 });
    const recorded = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    const unrecorded = { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00` };
    await process(recorded, 1, () => Promise.resolve());
    await process(unrecorded, 1, () => Promise.resolve());
    expect((await named('process webhooks')).map((span) => span.links[0]?.traceId)).toEqual(['a'.repeat(32)]);
  });

  it('has no link where the carrier holds none', async () => {
    await record();
    await process({}, 1, () => Promise.resolve());
    await process({ traceparent: 'nonsense' }, 2, () => Promise.resolve());
    expect((await named('process webhooks')).map((span) => span.links)).toEqual([[], []]);
  });
});

describe('an attempt of a resilient call', () => {
  const attempt = (number: number, work: () => Promise<unknown>) =>
    attemptChannel.tracePromise(work, { name: 'provider', attempt: number });

  it('is a span that is active in it, failed or not', async () => {
    await record();
    await withSpan('call', async () => {
      await expect(
        attempt(1, () => Promise.reject(Object.assign(new Error('503'), { code: 'E503' }))),
      ).rejects.toThrow();
      await attempt(2, async () =>
        expect(getCurrentTrace()?.spanId).toBe(getCurrentSpan()?.spanContext().spanId),
      );
    });
    const call = await recording.span('call');
    expect(await recording.span('provider attempt 1')).toMatchObject({
      parentSpanId: call.spanId,
      status: 'error',
      attributes: {
        'holdfast.resilience.name': 'provider',
        'holdfast.resilience.attempt': 1,
        'error.type': 'E503',
      },
    });
    expect(await recording.span('provider attempt 2')).toMatchObject({
      parentSpanId: call.spanId,
      status: 'unset',
    });
  });

  it('may be synchronous', async () => {
    await record();
    attemptChannel.traceSync(() => undefined, { name: 'sync', attempt: 1 });
    expect(() =>
      attemptChannel.traceSync(
        () => {
          throw new RangeError('no');
        },
        { name: 'sync', attempt: 2 },
      ),
    ).toThrow('no');
    expect((await recording.spans()).map((span) => [span.name, span.status])).toEqual([
      ['sync attempt 1', 'unset'],
      ['sync attempt 2', 'error'],
    ]);
  });
});

describe('facts of resilience', () => {
  it('become events of the span that they happen in', async () => {
    await record();
    withSpan('call', () => {
      channel('holdfast:resilience:retry').publish({
        name: 'p',
        attempt: 1,
        outcome: 'retried',
        delayMs: 20,
        failureClass: 'transient',
      });
      channel('holdfast:resilience:transition').publish({
        name: 'p',
        from: 'CLOSED',
        to: 'OPEN',
        at: 0,
        reason: 'threshold',
      });
    });
    expect((await recording.span('call')).events.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'retry',
        {
          'retry.name': 'p',
          'retry.attempt': 1,
          'retry.outcome': 'retried',
          'retry.delay_ms': 20,
          'retry.failure_class': 'transient',
        },
      ],
      [
        'circuit.transition',
        {
          'circuit.name': 'p',
          'circuit.from': 'CLOSED',
          'circuit.to': 'OPEN',
          'circuit.reason': 'threshold',
        },
      ],
    ]);
  });

  it('are silent for a call that succeeds at once, and outside of a span', async () => {
    await record();
    channel('holdfast:resilience:transition').publish({
      name: 'p',
      from: 'OPEN',
      to: 'CLOSED',
      at: 0,
      reason: 'recovered',
    });
    withSpan('call', () =>
      channel('holdfast:resilience:retry').publish({ name: 'p', attempt: 1, outcome: 'succeeded' }),
    );
    expect((await recording.span('call')).events).toEqual([]);
  });
});

describe('the subscriptions', () => {
  it('never disturb an operation, whatever its message looks like', async () => {
    await record();
    for (const odd of [{}, { queue: Symbol('q'), carrier: null, enqueuedAt: 'x' }]) {
      await expect(processChannel.tracePromise(() => Promise.resolve('fine'), odd)).resolves.toBe('fine');
      await expect(enqueueChannel.tracePromise(() => Promise.resolve('fine'), { ...odd })).resolves.toBe(
        'fine',
      );
    }
    channel('holdfast:resilience:retry').publish(null);
  });

  it('end with shutdown', async () => {
    await record();
    await recording.tracing.shutdown();
    expect(enqueueChannel.hasSubscribers).toBe(false);
    expect(processChannel.hasSubscribers).toBe(false);
    expect(attemptChannel.hasSubscribers).toBe(false);
  });
});
