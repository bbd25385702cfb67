import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisServer, startPostgres, startRedis } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { WebhookSenderOptions } from '../../src/webhooks/index.ts';
import { startSender } from './plant.ts';
import { startReceiver } from './receiver.ts';

interface Running {
  readonly where: WebhookSenderOptions;
  stop(): Promise<void>;
}

const ENGINES: readonly { name: string; available: boolean; start: () => Promise<Running> }[] = [
  {
    name: 'an open SQLite database',
    available: true,
    start: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-webhooks-'));
      const db = new Database(join(folder, 'app.db'));
      db.pragma('journal_mode = WAL');
      const stop = async () => {
        db.close();
        rmSync(folder, { recursive: true, force: true });
      };
      return { where: { backend: { db } }, stop };
    },
  },
  {
    name: 'PostgreSQL by its url',
    available: true,
    start: async () => {
      const server = await startPostgres();
      return { where: { backend: { postgres: { url: server.url } } }, stop: () => server.stop() };
    },
  },
  {
    name: 'Redis with the log in a pool of PostgreSQL',
    available: redisServer() !== undefined,
    start: async () => {
      const [redis, postgres] = await Promise.all([startRedis({ appendfsync: 'everysec' }), startPostgres()]);
      const pool = new pg.Pool({ connectionString: postgres.url });
      pool.on('error', () => {});
      const stop = async () => {
        await pool.end();
        await Promise.all([redis.stop(), postgres.stop()]);
      };
      return { where: { connection: { url: redis.url }, store: { postgres: pool } }, stop };
    },
  },
];

describe.each(ENGINES.filter(({ available }) => available))('the sender on $name', ({ start }) => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running.stop());

  it('keeps endpoints, retries, holds, probes, releases, redelivers and forgets', async () => {
    const receiver = await startReceiver(500);
    onTestFinished(() => receiver.close());
    const { sender, attempts, changes } = await startSender({
      ...running.where,
      disableAfterMs: 0,
      probeIntervalMs: 50,
      maintenanceIntervalMs: 25,
    });
    const { id: endpointId } = await sender.endpoints.register({
      url: receiver.url,
      topics: ['a'],
      ratePerSecond: 1000.5,
    });
    expect(await sender.endpoints.get(endpointId)).toMatchObject({ topics: ['a'], ratePerSecond: 1000.5 });
    const event = { id: 'msg_1', type: 'a.b', data: { text: "O'Hara? $1 ü" } };
    expect((await sender.send({ topic: 'a' }, event)).deliveries).toMatchObject([{ status: 'queued' }]);
    await changes.find(({ reason }) => reason === 'failing');
    expect((await sender.send({ topic: 'a' }, { ...event, id: 'msg_2' })).deliveries).toMatchObject([
      { status: 'held' },
    ]);
    await attempts.find(({ outcome }) => outcome === 'probe-failed');
    receiver.answer = 204;
    await changes.find(({ reason }) => reason === 'probe');
    for (const id of ['msg_1', 'msg_2'])
      await attempts.find(({ eventId, outcome }) => eventId === id && outcome === 'delivered');
    const { items } = await sender.deliveries(endpointId, { status: 'delivered', limit: 1 });
    expect(items).toMatchObject([{ eventId: 'msg_2', status: 'delivered' }]);
    const { log, body } = await sender.delivery(items[0]?.id ?? '');
    expect(JSON.parse(body)).toMatchObject({ data: { text: "O'Hara? $1 ü" } });
    expect(log.at(-1)).toMatchObject({ statusCode: 204 });
    const before = receiver.requests.length;
    expect(await sender.redeliverRange({ endpointId, status: 'delivered' })).toBe(2);
    await receiver.received(before + 2);
    await sender.endpoints.remove(endpointId);
    expect((await sender.endpoints.list()).items).toEqual([]);
    for (const id of ['', '\0', '\uD800', '../x', "'; DROP TABLE x; --", 'x'.repeat(100_000)]) {
      const endpointMissing = { code: 'ERR_WEBHOOK_ENDPOINT_NOT_FOUND' };
      const { endpoints } = sender;
      for (const act of ['get', 'disable', 'enable', 'remove'] as const)
        await expect(endpoints[act](id)).rejects.toMatchObject(endpointMissing);
      await expect(endpoints.update(id, { topics: [] })).rejects.toMatchObject(endpointMissing);
      await expect(sender.send({ endpointId: id }, event)).rejects.toMatchObject(endpointMissing);
      const badCursor = { code: 'ERR_WEBHOOK_OPTION', option: 'cursor' };
      const deliveryMissing = { code: 'ERR_WEBHOOK_DELIVERY_NOT_FOUND' };
      await expect(sender.delivery(id)).rejects.toMatchObject(deliveryMissing);
      await expect(sender.redeliver(id)).rejects.toMatchObject(deliveryMissing);
      expect(await sender.deliveries(id)).toEqual({ items: [], nextCursor: undefined });
      await expect(endpoints.list({ cursor: `1.${id}/` })).rejects.toMatchObject(badCursor);
      await expect(sender.deliveries('a', { cursor: `${id}.x` })).rejects.toMatchObject(badCursor);
    }
  });
});
