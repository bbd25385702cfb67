import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEventBus, type EventBus, type EventBusOptions } from '@holdfast/events';
import Database from 'better-sqlite3';
import pg from 'pg';

const PUBLISHERS = 100;
const LATENCY_EVENTS = 200;
const FAN_OUT_CONCURRENCY = 10;
const PACED_EVENTS = 500;
const PACE_MS = 10;
const PAYLOAD = { orderId: 'order-1', lines: [{ sku: 'kelp', cents: 990 }], note: 'x'.repeat(200) };

/** Where a bus runs, and the transactions of its outbox. */
export interface BenchPlace {
  readonly options: Pick<EventBusOptions, 'connection' | 'backend' | 'outbox'>;
  /** Runs a transaction with one row; `publish` is called inside of it. */
  readonly transact: (publish: (tx: BenchTx) => unknown) => Promise<void>;
  close(): Promise<void>;
}

type BenchTx = { readonly db: Database.Database } | { readonly client: pg.PoolClient };

let buses = 0;

async function withBus<T>({ options }: BenchPlace, work: (bus: EventBus) => Promise<T>): Promise<T> {
  const bus = createEventBus({ ...options, name: `bench-${process.pid}-${++buses}` });
  await bus.ready();
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}

/** @returns events per second that `publish` has answered for */
export function publishRate(place: BenchPlace, events: number): Promise<number> {
  return withBus(place, (bus) => rate(events, () => bus.publish('order.paid', PAYLOAD)));
}

/** @returns transactions per second, each with a row and, where asked, an event */
export function transactionRate(place: BenchPlace, events: number, isPublished: boolean): Promise<number> {
  return withBus(place, (bus) =>
    rate(events, () =>
      place.transact((tx) => (isPublished ? bus.publish('order.paid', PAYLOAD, {}, { tx }) : undefined)),
    ),
  );
}

/** One event at a time. @returns for each the ms from the end of its publish, or commit, to its handler */
export function latencies(place: BenchPlace, isOutbox: boolean): Promise<readonly number[]> {
  return withBus(place, async (bus) => {
    let handled = Promise.withResolvers<number>();
    await bus.subscribe('latency', '*', () => handled.resolve(performance.now()));
    const measured: number[] = [];
    for (let n = 0; n < LATENCY_EVENTS; n += 1) {
      handled = Promise.withResolvers<number>();
      if (isOutbox) await place.transact((tx) => bus.publish('order.paid', PAYLOAD, {}, { tx }));
      else await bus.publish('order.paid', PAYLOAD);
      const endedAt = performance.now();
      measured.push(Math.max(0, (await handled.promise) - endedAt));
    }
    return measured;
  });
}

/**
 * A transaction with an event every `PACE_MS`, whether the one before has been handled or not.
 * @returns for each the ms from the end of its commit to its handler
 */
export function pacedLatencies(place: BenchPlace): Promise<readonly number[]> {
  return withBus(place, async (bus) => {
    const committedAt = new Map<string, number>();
    const handledAt = new Map<string, number>();
    const all = Promise.withResolvers<void>();
    const handler = ({ id }: { readonly id: string }) => {
      handledAt.set(id, performance.now());
      if (handledAt.size === PACED_EVENTS) all.resolve();
    };
    await bus.subscribe('latency', '*', handler, { concurrency: 10 });
    const transactions: Promise<void>[] = [];
    for (let n = 0; n < PACED_EVENTS; n += 1) {
      const id = `e${n}`;
      const committed = place.transact((tx) => bus.publish('order.paid', PAYLOAD, {}, { tx, id }));
      transactions.push(committed.then(() => void committedAt.set(id, performance.now())));
      await sleep(PACE_MS);
    }
    await Promise.all([...transactions, all.promise]);
    return [...handledAt].map(([id, at]) => Math.max(0, at - (committedAt.get(id) ?? at)));
  });
}

/**
 * Deliveries per second, of all groups, from the first publish on. A first round, which is not counted, makes the
 * connections of every group.
 */
export function fanOutRate(place: BenchPlace, events: number, groups: number): Promise<number> {
  return withBus(place, async (bus) => {
    let all = Promise.withResolvers<void>();
    let missing = 0;
    const handler = () => {
      missing -= 1;
      if (missing === 0) all.resolve();
    };
    for (let group = 0; group < groups; group += 1)
      await bus.subscribe(`g${group}`, '*', handler, { concurrency: FAN_OUT_CONCURRENCY });
    const deliver = async (count: number) => {
      all = Promise.withResolvers<void>();
      missing = count * groups;
      await rate(count, () => bus.publish('order.paid', PAYLOAD));
      await all.promise;
    };
    await deliver(2 * FAN_OUT_CONCURRENCY);
    const began = performance.now();
    await deliver(events);
    return (events * groups * 1000) / (performance.now() - began);
  });
}

async function rate(times: number, work: () => unknown): Promise<number> {
  let left = times;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: PUBLISHERS }, async () => {
      while (left > 0) {
        left -= 1;
        await work();
      }
    }),
  );
  return (times * 1000) / (performance.now() - began);
}

export function sqlitePlace(folder: string): BenchPlace {
  const db = openSqlite(folder);
  return {
    options: { backend: { file: join(folder, 'events.db') }, outbox: { db } },
    transact: async (publish) => transact(db, publish),
    close: async () => void db.close(),
  };
}

/** A bus on Redis whose outbox is a SQLite file. */
export function redisPlace(url: string, folder: string): BenchPlace {
  const db = openSqlite(folder);
  return {
    options: { connection: { url }, outbox: { db } },
    transact: async (publish) => transact(db, publish),
    close: async () => void db.close(),
  };
}

export async function postgresPlace(url: string): Promise<BenchPlace> {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  await pool.query('CREATE TABLE IF NOT EXISTS rows (n int)');
  return {
    options: { backend: { postgres: { url } } },
    transact: async (publish) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query('INSERT INTO rows VALUES (1)');
        await publish({ client });
        await client.query('COMMIT');
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}

function openSqlite(folder: string): Database.Database {
  const db = new Database(join(folder, `app-${++buses}.db`));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE rows (n INTEGER)');
  return db;
}

function transact(db: Database.Database, publish: (tx: BenchTx) => unknown): void {
  db.transaction(() => {
    db.prepare('INSERT INTO rows VALUES (1)').run();
    publish({ db });
  }).immediate();
}
