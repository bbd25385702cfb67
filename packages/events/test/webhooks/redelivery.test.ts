import { join } from 'node:path';
import { systemClock } from '@holdfast/context/clock';
import { redisServer, startPostgres, startRedis } from '@holdfast/test-servers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deliveryIdOf } from '../../src/webhooks/event.ts';
import type { WebhookSenderOptions } from '../../src/webhooks/index.ts';
import { openStore } from '../../src/webhooks/store/open-store.ts';
import { startSender } from './plant.ts';
import { startReceiver } from './receiver.ts';

interface Running {
  readonly where: WebhookSenderOptions;
  stop(): Promise<void>;
}

const SQLITE = async (): Promise<Running> => ({ where: {}, stop: async () => {} });

const ENGINES: readonly { name: string; old: number; available: boolean; start: () => Promise<Running> }[] = [
  // More than a page of a range.
  { name: 'SQLite', old: 105, available: true, start: SQLITE },
  {
    name: 'Redis with the log in PostgreSQL',
    old: 25,
    available: redisServer() !== undefined,
    start: async () => {
      const [redis, postgres] = await Promise.all([startRedis({ appendfsync: 'everysec' }), startPostgres()]);
      const where = { connection: { url: redis.url }, store: { postgres: { url: postgres.url } } };
      return { where, stop: async () => void (await Promise.all([redis.stop(), postgres.stop()])) };
    },
  },
];

const NEW = 20;
const YESTERDAY = 1_767_225_600_000;
const TODAY = YESTERDAY + 86_400_000;

/** A sender whose wall clock is the test's, and a count of what arrived by its id. */
async function setUp(start: () => Promise<Running>) {
  const running = await start();
  onTestFinished(() => running.stop());
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const time = { now: YESTERDAY };
  const { sender, folder, attempts } = await startSender({
    ...running.where,
    // One after the other: on a busy machine, turns of the endpoint that are put off would take longer than the test.
    concurrency: 1,
    clock: { ...systemClock, wallTime: () => time.now },
  });
  const { id: endpointId } = await sender.endpoints.register({ url: receiver.url });
  const send = (id: string) => sender.send({ endpointId }, { id, type: 'a.b', data: id });
  const sendAll = (name: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => send(`${name}-${n}`)));
  /** Deliveries whose schedule was used up yesterday, all accepted in one millisecond. */
  const fail = async (name: string, count: number) => {
    const place = running.where.store ?? { file: join(folder, 'queue.db') };
    const store = await openStore({ store: place, isStoreWithQueue: true });
    const rows = Array.from({ length: count }, (_, n) => ({
      id: deliveryIdOf(endpointId, `${name}-${n}`),
      endpointId,
      eventId: `${name}-${n}`,
      eventType: 'a.b',
      body: '{}',
      createdAt: YESTERDAY,
    }));
    await store.insertDeliveries(rows, 'failed');
    await store.close();
  };
  const arrived = () => {
    const counts = new Map<string, number>();
    for (const { headers } of receiver.requests) {
      const id = String(headers['webhook-id']);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  };
  /** How often each has arrived, and for how many that is so. */
  const timesOf = (name: string) => {
    const times: Record<number, number> = {};
    for (const [id, count] of arrived()) if (id.startsWith(name)) times[count] = (times[count] ?? 0) + 1;
    return times;
  };
  const delivered = async (count: number) => {
    await receiver.received(count);
    const pending = () => sender.deliveries(endpointId, { status: 'pending' });
    await expect.poll(async () => (await pending()).items.length).toBe(0);
  };
  return { receiver, time, sender, folder, attempts, endpointId, sendAll, fail, timesOf, delivered };
}

describe.each(ENGINES.filter(({ available }) => available))(
  'redelivery of a range on $name',
  ({ start, old }) => {
    it('sends each one again exactly once, while other deliveries of the endpoint go on', async () => {
      const { receiver, time, sender, endpointId, sendAll, fail, timesOf, delivered } = await setUp(start);
      await fail('old', old);
      time.now = TODAY;
      const [again] = await Promise.all([sender.redeliverRange({ endpointId }), sendAll('new', NEW)]);
      expect(again).toBe(old);
      await delivered(old + NEW);
      expect(timesOf('old')).toEqual({ 1: old });
      expect(timesOf('new')).toEqual({ 1: NEW });
      expect(receiver.requests).toHaveLength(old + NEW);
    });

    it('that is asked for by two at once sends each one once, and is counted once', async () => {
      const { receiver, sender, endpointId, fail, timesOf, delivered } = await setUp(start);
      await fail('old', old);
      const counts = await Promise.all([
        sender.redeliverRange({ endpointId }),
        sender.redeliverRange({ endpointId }),
      ]);
      expect(counts[0] + counts[1]).toBe(old);
      await delivered(old);
      expect(receiver.requests).toHaveLength(old);
      expect(timesOf('old')).toEqual({ 1: old });
    });
  },
);

it('an attempt that ends after its delivery was made again does not stand in the way of the next redelivery', async () => {
  const { receiver, sender, folder, attempts, endpointId, sendAll, delivered } = await setUp(SQLITE);
  const first = Promise.withResolvers<void>();
  receiver.answer = (_request, response) => {
    if (receiver.requests.length > 1) response.writeHead(204).end();
    else void first.promise.then(() => response.writeHead(204).end());
  };
  const [sent] = await sendAll('old', 1);
  const id = sent?.deliveries[0]?.deliveryId ?? '';
  await receiver.received(1);
  // One attempt at a time in a process: the second one is made by another.
  await startSender({ backend: { file: `${folder}/queue.db` } });
  await sender.redeliver(id);
  await expect.poll(() => attempts.all.length).toBe(1);
  first.resolve();
  await expect.poll(() => attempts.all.length).toBe(2);
  await sender.redeliver(id);
  await delivered(3);
  expect(await sender.delivery(id)).toMatchObject({ endpointId, status: 'delivered' });
});

it('a range without an end takes in what was accepted before the clock went back', async () => {
  const { time, sender, endpointId, sendAll, timesOf, delivered } = await setUp(SQLITE);
  await sendAll('old', 3);
  await delivered(3);
  time.now -= 3_600_000;
  expect(await sender.redeliverRange({ endpointId, status: 'delivered' })).toBe(3);
  await delivered(6);
  expect(timesOf('old')).toEqual({ 2: 3 });
});
