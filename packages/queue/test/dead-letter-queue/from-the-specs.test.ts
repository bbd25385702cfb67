/** The dead letter queue of document 003, run as it is written, with `processEvent` filled in; then its redis-cli lines. */

import { execFileSync } from 'node:child_process';
import { redisServer } from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeadLetterQueue } from '../../src/index.ts';
import { type RunningStore, STORES } from './stores.ts';

const event = {
  eventType: 'REQUEST_CREATED',
  payload: { destination: 'Paris' },
  metadata: { correlationId: 'corr-1' },
};

describe.each(STORES.filter((store) => store.available))('document 003 on $name', ({ start }) => {
  let running: RunningStore;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running.stop());

  it('keeps what failed, lists it, and gives it back for a retry', async () => {
    let healthy = false;
    const processed: unknown[] = [];
    const processEvent = async (payload: unknown) => {
      if (!healthy) throw new Error('down');
      processed.push(payload);
    };
    const dlq = new DeadLetterQueue({
      ...running.place,
      queuePrefix: 'dlq:requests:',
      maxAgeDays: 30,
    });

    // On failed event processing
    try {
      await processEvent(event);
    } catch (error) {
      await dlq.enqueue(event.eventType, event.payload, error, {
        sourceService: 'requests-service',
        correlationId: event.metadata.correlationId,
      });
    }

    // Admin: List dead letters
    const records = await dlq.list('REQUEST_CREATED');
    expect(records).toMatchObject([
      {
        eventType: 'REQUEST_CREATED',
        payload: { destination: 'Paris' },
        sourceService: 'requests-service',
        correlationId: 'corr-1',
        error: { message: 'down' },
      },
    ]);

    // Admin: Retry a dead letter
    healthy = true;
    const recordId = records[0]?.id ?? '';
    const record = await dlq.dequeue('REQUEST_CREATED', recordId);
    await processEvent(record.payload);
    await dlq.remove('REQUEST_CREATED', recordId);
    expect(processed).toEqual([{ destination: 'Paris' }]);
    expect(await dlq.list('REQUEST_CREATED')).toEqual([]);
    await dlq.close();
  });
});

const redis = STORES.filter((store) => store.available && store.name === 'redis' && redisServer());
describe.each(redis)('the redis-cli lines of document 003', ({ start }) => {
  let running: RunningStore;
  let shell: (line: string) => string[];
  beforeAll(async () => {
    running = await start();
    const { port } = new URL(running.place.redisUrl ?? '');
    shell = (line) =>
      execFileSync('sh', ['-c', line.replaceAll('redis-cli', `redis-cli -p ${port}`)], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .sort();
  });
  afterAll(() => running.stop());

  it('count the letters and name the event types that have some', async () => {
    const dlq = new DeadLetterQueue({ ...running.place, queuePrefix: 'dlq:requests:' });
    for (const type of ['REQUEST_CREATED', 'REQUEST_CREATED', 'REQUEST_CLOSED']) {
      await dlq.enqueue(type, {}, new Error('x'));
    }
    const counts = shell('redis-cli KEYS "dlq:*" | xargs -I {} redis-cli HLEN {} 2>&1');
    expect(counts.filter((line) => /^\d+$/.test(line))).toEqual(['1', '2']);
    expect(shell('redis-cli SMEMBERS "dlq:index"')).toEqual(['REQUEST_CLOSED', 'REQUEST_CREATED']);
    const [closed] = await dlq.list('REQUEST_CLOSED');
    await dlq.remove('REQUEST_CLOSED', closed?.id ?? '');
    expect(shell('redis-cli SMEMBERS "dlq:index"')).toEqual(['REQUEST_CREATED']);
    expect(shell('redis-cli HKEYS dlq:requests:REQUEST_CREATED')).toHaveLength(2);
    await dlq.close();
  });

  it('are right again after the index was lost, once the types are asked for', async () => {
    const client = new Redis(running.place.redisUrl ?? '');
    const dlq = new DeadLetterQueue({ client, queuePrefix: 'dlq:requests:' });
    await client.del('dlq:index');
    expect(await dlq.types()).toEqual(['REQUEST_CREATED']);
    expect(shell('redis-cli SMEMBERS "dlq:index"')).toEqual(['REQUEST_CREATED']);
    await dlq.close();
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });
});
