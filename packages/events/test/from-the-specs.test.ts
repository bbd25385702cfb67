import { createTraceContext, runWithTrace } from '@holdfast/context';
import { startRedis } from '@holdfast/test-servers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type BusEvent, createResilientEventBusWrapper } from '../src/index.ts';
import { ENGINES, type RunningEngine } from './engines.ts';
import { Seen } from './seen.ts';

const TWO = ENGINES.filter(({ available, name }) => available && name !== 'postgres');

describe.each(TWO)('document 003: the resilient event bus on $name', ({ start }) => {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());

  interface Kept {
    readonly eventType: string;
    readonly payload: unknown;
    readonly message: string;
    readonly about: { readonly sourceService: string; readonly correlationId: string | undefined };
  }

  /** As DeadLetterQueue of the document is called. */
  function createDlq() {
    const kept = new Seen<Kept>();
    const enqueue = async (eventType: string, payload: unknown, error: Error, about: Kept['about']) =>
      kept.add({ eventType, payload, message: error.message, about });
    return { kept, enqueue };
  }

  it('publishes, and tells the stats of its circuit', async () => {
    const dlq = createDlq();
    const eventBus = createResilientEventBusWrapper(
      'requests-service',
      async (event, error) => {
        await dlq.enqueue(event.eventType, event.payload, error, {
          sourceService: 'requests-service',
          correlationId: event.metadata.correlationId,
        });
      },
      { ...engine.where, name: 'requests' },
    );
    onTestFinished(() => eventBus.close());
    const seen = new Seen<unknown>();
    await eventBus.subscribe('audit', 'REQUEST_CREATED', ({ payload }) => seen.add(payload));

    const payload = { requestId: 'r-1' };
    const metadata = { correlationId: 'c-1' };
    await eventBus.publish('REQUEST_CREATED', payload, metadata);
    const stats = eventBus.getStats();

    expect(await seen.count(1)).toEqual([payload]);
    expect(stats).toMatchObject({
      published: { published: 1, failed: 0 },
      circuitBreaker: { state: 'CLOSED' },
    });
    expect(dlq.kept.all).toEqual([]);
  });

  it('hands to the dead-letter handler what no handler could handle, with its correlation id', async () => {
    const dlq = createDlq();
    const eventBus = createResilientEventBusWrapper(
      'quotes-service',
      (event, error) =>
        dlq.enqueue(event.eventType, event.payload, error, {
          sourceService: 'quotes-service',
          correlationId: event.metadata.correlationId,
        }),
      { ...engine.where, name: 'quotes' },
    );
    onTestFinished(() => eventBus.close());
    await eventBus.subscribe(
      'mail',
      '*',
      () => {
        throw new Error('SMTP is down');
      },
      { maxRetries: 0 },
    );
    await runWithTrace(createTraceContext({ correlationId: 'c-2' }), () =>
      eventBus.publish('QUOTE_SENT', { quoteId: 'q-1' }),
    );
    expect(await dlq.kept.count(1)).toEqual([
      {
        eventType: 'QUOTE_SENT',
        payload: { quoteId: 'q-1' },
        message: 'SMTP is down',
        about: { sourceService: 'quotes-service', correlationId: 'c-2' },
      },
    ]);
  });
});

describe.skipIf(!TWO.some(({ name }) => name === 'redis'))('document 003: when Redis is away', () => {
  it('retries, opens its circuit, hands events to the dead-letter handler, and goes on when Redis is back', async () => {
    const redis = await startRedis({ appendfsync: 'always' });
    const dead: BusEvent[] = [];
    const eventBus = createResilientEventBusWrapper('orders', (event) => void dead.push(event), {
      connection: { url: redis.url },
      failureThreshold: 2,
      resetTimeoutMs: 100,
      initialDelayMs: 1,
    });
    onTestFinished(() => eventBus.close());
    const seen = new Seen<unknown>();
    await eventBus.subscribe('g', '*', ({ payload }) => seen.add(payload));
    await redis.kill();
    expect(await eventBus.publish('a', 1, { correlationId: 'c' }, { id: 'e1' })).toEqual({
      id: 'e1',
      status: 'dead-lettered',
    });
    expect(dead).toMatchObject([{ id: 'e1', eventType: 'a', payload: 1, metadata: { correlationId: 'c' } }]);
    expect(eventBus.getStats().circuitBreaker?.state).toBe('OPEN');
    const again = await startRedis({ appendfsync: 'always', port: redis.port, directory: redis.directory });
    onTestFinished(() => again.stop());
    const published = async () => (await eventBus.publish('a', 2, {}, { id: 'e2' })).status;
    await expect.poll(published).toMatch(/published|duplicate/);
    expect(await seen.count(1)).toEqual([2]);
  });
});
