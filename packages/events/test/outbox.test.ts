import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type PostgresServer,
  redisServer,
  startPostgres,
  startPostgresProxy,
  startRedis,
} from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  generatePrisma,
  openPrisma,
  type Prisma,
  type Provider,
} from '../../idempotency/test/prisma-client.ts';
import { createEventBus, type EventBus, type EventBusOptions } from '../src/index.ts';
import { temporaryFolder } from './engines.ts';
import { Seen } from './seen.ts';

interface Order {
  readonly n: number;
}
type Shop = { 'order.paid': Order };

let buses = 0;

function createBus(options: EventBusOptions<Shop>): EventBus<Shop> {
  const bus = createEventBus<Shop>({ name: `shop-${++buses}`, ...options });
  onTestFinished(() => bus.close());
  return bus;
}

async function watch(bus: EventBus<Shop>, ordered = false): Promise<Seen<number>> {
  const seen = new Seen<number>();
  await bus.subscribe('g', '*', ({ payload }) => seen.add(payload.n), { ordered, concurrency: 4 });
  return seen;
}

describe('publish in a transaction of better-sqlite3', () => {
  function setUp(options: EventBusOptions<Shop> = {}) {
    const folder = temporaryFolder();
    const file = join(folder.path, 'app.db');
    const db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE orders (n INTEGER)');
    onTestFinished(() => {
      db.close();
      folder.remove();
    });
    const bus = createBus({ backend: { file: join(folder.path, 'events.db') }, outbox: { db }, ...options });
    const pay = (n: number, fails = false) =>
      db.transaction(() => {
        db.prepare('INSERT INTO orders VALUES (?)').run(n);
        bus.publish('order.paid', { n }, undefined, { tx: { db }, key: 'k' });
        if (fails) throw new Error('rolled back');
      })();
    return { bus, db, pay, folder };
  }

  it('commits the event with the rows, and delivers in the order of the commits', async () => {
    const { bus, pay } = setUp();
    const seen = await watch(bus, true);
    for (let n = 0; n < 20; n += 1) pay(n);
    expect(await seen.count(20)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    await expect.poll(async () => (await bus.getLag()).outbox).toEqual({ pending: 0, oldestAgeMs: 0 });
    expect(bus.getStats()).toMatchObject({ published: { outbox: 20 }, isRelay: true, isDispatcher: true });
  });

  it('leaves neither after a rollback', async () => {
    const { bus, db, pay } = setUp();
    const seen = await watch(bus);
    expect(() => pay(1, true)).toThrow('rolled back');
    pay(2);
    expect(await seen.count(1)).toEqual([2]);
    expect(db.prepare('SELECT n FROM orders').all()).toEqual([{ n: 2 }]);
  });

  it('answers at once, and throws at once what it refuses, so that the transaction is rolled back', async () => {
    const folder = setUp({
      schemas: {
        'order.paid': {
          '~standard': {
            version: 1,
            vendor: 'test',
            validate: (value) =>
              typeof (value as Order).n === 'number'
                ? { value: value as Order }
                : { issues: [{ message: 'must be a number', path: ['n'] }] },
          },
        },
      },
    });
    const { bus, db, pay } = folder;
    await bus.ready();
    expect(() => pay('x' as unknown as number)).toThrow(
      'The event was refused: payload.n does not fit the schema: must be a number. Nothing was published.',
    );
    expect(db.prepare('SELECT COUNT(*) AS n FROM orders').get()).toEqual({ n: 0 });
    const published = db.transaction(() =>
      bus.publish('order.paid', { n: 1 }, {}, { tx: { db }, id: 'e1' }),
    )();
    expect(published).toEqual({ id: 'e1', status: 'outbox' });
  });

  it('refuses to write where no transaction is open, before the bus is open, and in another database', async () => {
    const { bus, db, folder } = setUp();
    const publish = (database: Database.Database) =>
      database.transaction(() => bus.publish('order.paid', { n: 1 }, {}, { tx: { db: database } }))();
    expect(() => publish(db)).toThrow('Call "await bus.ready()"');
    await bus.ready();
    expect(() => bus.publish('order.paid', { n: 1 }, {}, { tx: { db } })).toThrow(
      'no transaction is open on { db }',
    );
    const other = new Database(join(folder.path, 'other.db'));
    onTestFinished(() => void other.close());
    expect(() => publish(other)).toThrow('on another database than the outbox');
    const second = createBus({ backend: { file: join(folder.path, 'other.db') } });
    await second.ready();
    expect(() => publish(other)).toThrow('on another database than the outbox');
  });

  it.skipIf(redisServer() === undefined)('hands the events to a bus on Redis', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const folder = temporaryFolder();
    onTestFinished(() => folder.remove());
    const db = new Database(join(folder.path, 'app.db'));
    onTestFinished(() => void db.close());
    const connection = { url: redis.url };
    const bus = createBus({ connection, outbox: { db } });
    const seen = await watch(bus, true);
    for (let n = 0; n < 5; n += 1)
      db.transaction(() => bus.publish('order.paid', { n }, {}, { tx: { db }, key: 'k' }))();
    expect(await seen.count(5)).toEqual([0, 1, 2, 3, 4]);
    const without = createBus({ connection });
    await without.ready();
    expect(() => db.transaction(() => without.publish('order.paid', { n: 1 }, {}, { tx: { db } }))()).toThrow(
      'the bus has no outbox',
    );
  });
});

describe('publish in a transaction of pg', () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ connectionString: server.url });
    await pool.query('CREATE TABLE orders (n int)');
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  async function begin(): Promise<pg.PoolClient> {
    const client = await pool.connect();
    await client.query('BEGIN');
    return client;
  }

  async function end(client: pg.PoolClient, how: 'COMMIT' | 'ROLLBACK' = 'COMMIT'): Promise<void> {
    await client.query(how);
    client.release();
  }

  const pay = (bus: EventBus<Shop>, client: pg.PoolClient, n: number, key?: string) =>
    bus.publish('order.paid', { n }, {}, { tx: { client }, ...(key !== undefined && { key }) });

  it('commits the event with the rows, and leaves neither after a rollback', async () => {
    const bus = createBus({ backend: { postgres: pool } });
    const seen = await watch(bus);
    const [undone, done] = [await begin(), await begin()];
    await undone.query('INSERT INTO orders VALUES (1)');
    await pay(bus, undone, 1);
    await end(undone, 'ROLLBACK');
    await done.query('INSERT INTO orders VALUES (2)');
    await pay(bus, done, 2);
    await end(done);
    expect(await seen.count(1)).toEqual([2]);
    expect((await pool.query('SELECT n FROM orders')).rows).toEqual([{ n: 2 }]);
  });

  it('misses no event that was written first and committed last', async () => {
    const bus = createBus({ backend: { postgres: { url: server.url } } });
    const seen = await watch(bus);
    const [early, late] = [await begin(), await begin()];
    await pay(bus, early, 1);
    await pay(bus, late, 2);
    await end(late);
    expect(await seen.count(1)).toEqual([2]);
    await end(early);
    expect(await seen.count(2)).toEqual([2, 1]);
  });

  it('lets few of many transactions tell of themselves, and delivers what all of them published', async () => {
    const bus = createBus({ backend: { postgres: { url: server.url } }, pollIntervalMs: 1000 });
    const seen = await watch(bus);
    const listener = new pg.Client({ connectionString: server.url });
    await listener.connect();
    onTestFinished(() => listener.end());
    let told = 0;
    listener.on('notification', () => (told += 1));
    await listener.query('LISTEN holdfast_events');
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    const clients = await Promise.all(numbers.slice(0, 8).map(() => begin()));
    for (const n of numbers) {
      const client = clients[n % 8];
      if (client === undefined) throw new Error('no client');
      await pay(bus, client, n);
    }
    await Promise.all(clients.map((client) => end(client)));
    expect([...(await seen.count(40))].toSorted((a, b) => a - b)).toEqual(numbers);
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(8);
  });

  it('delivers the events of a key in the order of their commits, which wait for each other', async () => {
    const bus = createBus({ backend: { postgres: { url: server.url } } });
    const seen = await watch(bus, true);
    const clients = [await begin(), await begin(), await begin()];
    const [first, ...others] = clients;
    if (first === undefined) throw new Error('no client');
    await pay(bus, first, 0, 'k');
    const rest = others.map(async (client, index) => {
      await pay(bus, client, index + 1, 'k');
      await end(client);
    });
    await pay(bus, first, 10, 'k');
    await end(first);
    await Promise.all(rest);
    expect((await seen.count(4)).slice(0, 2)).toEqual([0, 10]);
  });

  it('survives a server that ends any connection behind any of its answers', async () => {
    const proxy = await startPostgresProxy(server.url);
    onTestFinished(() => proxy.close());
    for (let passing = 0; passing < 18; passing += 3) {
      const bus = createBus({ backend: { postgres: { url: proxy.url } } });
      proxy.endBehindNextAnswer(passing);
      const seen = await watch(bus).catch(() => watch(bus));
      await bus.publish('order.paid', { n: passing }).catch(() => undefined);
      await bus.publish('order.paid', { n: passing }).catch(() => bus.publish('order.paid', { n: passing }));
      expect((await seen.count(1)).at(0)).toBe(passing);
      await bus.close();
    }
    expect(proxy.ended).toBeGreaterThan(3);
  });

  it('refuses a pool, and another database', async () => {
    const bus = createBus({ backend: { postgres: { url: server.url } } });
    await expect(bus.publish('order.paid', { n: 1 }, {}, { tx: { client: pool } })).rejects.toMatchObject({
      code: 'ERR_EVENTS_TRANSACTION',
    });
    const elsewhere = new pg.Client({ connectionString: await server.createDatabase('elsewhere') });
    await elsewhere.connect();
    onTestFinished(() => elsewhere.end());
    await elsewhere.query('BEGIN');
    await expect(bus.publish('order.paid', { n: 1 }, {}, { tx: { client: elsewhere } })).rejects.toThrow(
      'on another database than the outbox',
    );
  });
});

describe.each<Provider>(['sqlite', 'postgresql'])('publish in a transaction of Prisma on %s', (provider) => {
  let client: string;
  let folder: ReturnType<typeof temporaryFolder>;
  let server: PostgresServer | undefined;
  let prisma: Prisma;
  beforeAll(async () => {
    folder = temporaryFolder();
    client = await generatePrisma(provider);
    server = provider === 'sqlite' ? undefined : await startPostgres();
    prisma = await openPrisma(client, provider, server?.url ?? join(folder.path, 'app.db'));
  });
  afterAll(async () => {
    await prisma.$disconnect();
    rmSync(client, { recursive: true });
    await server?.stop();
    folder.remove();
  });

  it('commits the event with the rows, and leaves neither after a rollback', async () => {
    const where =
      server === undefined ? { file: join(folder.path, 'app.db') } : { postgres: { url: server.url } };
    const bus = createBus({ backend: where });
    const seen = await watch(bus, true);
    const pay = (n: number, fails = false) =>
      prisma.$transaction(async (tx) => {
        await tx.charge.create({ data: { id: `order-${n}` } });
        await bus.publish('order.paid', { n }, {}, { tx: { prisma: tx }, key: 'k' });
        if (fails) throw new Error('rolled back');
      });
    await expect(pay(1, true)).rejects.toThrow('rolled back');
    await pay(2);
    await pay(3);
    expect(await seen.count(2)).toEqual([2, 3]);
    expect(await prisma.charge.count()).toBe(2);
    await expect(bus.publish('order.paid', { n: 4 }, {}, { tx: { prisma } })).rejects.toThrow(
      '{ prisma } is not in a transaction',
    );
  });
});
