/** The business of the proof: orders that are written with their events, and what a consumer makes of them. */
import { join } from 'node:path';
import type { EventBus, EventBusOptions } from '@holdfast/events';
import Database from 'better-sqlite3';
import pg from 'pg';
import { EVENT } from './settings.ts';

export interface Order {
  readonly id: string;
  readonly key: string;
  /** Counts the orders of the key in the order of their commits, from 1. */
  readonly n: number;
}

export type ShopEvents = { [EVENT]: Order };

export interface Shop {
  readonly busOptions: Pick<EventBusOptions, 'backend' | 'outbox'>;
  /** One transaction: the next order of the key, and its event. */
  place(bus: EventBus<ShopEvents>, id: string, key: string, isUndone: boolean): Promise<void>;
  /** Of one delivery, committed. */
  record(order: Order): Promise<void>;
  orders(): Promise<readonly Order[]>;
  /** In the order in which they were recorded. */
  effects(): Promise<readonly Order[]>;
  close(): Promise<void>;
}

const TABLES = [
  'CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, key TEXT NOT NULL, n INTEGER NOT NULL)',
  'CREATE TABLE IF NOT EXISTS counters (key TEXT PRIMARY KEY, n INTEGER NOT NULL)',
];
const NEXT = `INSERT INTO counters (key, n) VALUES ($1, 1)
  ON CONFLICT (key) DO UPDATE SET n = counters.n + 1 RETURNING n`;

class Undone extends Error {}

export async function openShop(engine: 'sqlite' | 'postgres', where: string): Promise<Shop> {
  return engine === 'sqlite' ? openSqliteShop(where) : openPostgresShop(where);
}

function openSqliteShop(folder: string): Shop {
  const db = new Database(join(folder, 'app.db'), { timeout: 10_000 });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  for (const table of TABLES) db.exec(table);
  db.exec('CREATE TABLE IF NOT EXISTS effects (seq INTEGER PRIMARY KEY, id TEXT, key TEXT, n INTEGER)');
  const all = (sql: string) => db.prepare(sql).all() as Order[];
  const place = db.transaction((bus: EventBus<ShopEvents>, id: string, key: string, isUndone: boolean) => {
    const { n } = db.prepare(NEXT.replace('$1', '?')).get(key) as { n: number };
    db.prepare('INSERT INTO orders VALUES (?, ?, ?)').run(id, key, n);
    bus.publish(EVENT, { id, key, n }, undefined, { tx: { db }, key, id });
    if (isUndone) throw new Undone();
  });
  return {
    busOptions: { backend: { file: join(folder, 'events.db') }, outbox: { file: join(folder, 'app.db') } },
    place: async (bus, id, key, isUndone) => {
      try {
        place.immediate(bus, id, key, isUndone);
      } catch (error) {
        if (!(error instanceof Undone)) throw error;
      }
    },
    record: async ({ id, key, n }) =>
      void db.prepare('INSERT INTO effects (id, key, n) VALUES (?, ?, ?)').run(id, key, n),
    orders: async () => all('SELECT id, key, n FROM orders'),
    effects: async () => all('SELECT id, key, n FROM effects ORDER BY seq'),
    close: async () => void db.close(),
  };
}

async function openPostgresShop(url: string): Promise<Shop> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  // Two that make a table at once would fail each other.
  await pool.query(
    [
      'BEGIN',
      'SELECT pg_advisory_xact_lock(1)',
      ...TABLES,
      'CREATE TABLE IF NOT EXISTS effects (seq BIGSERIAL PRIMARY KEY, id TEXT, key TEXT, n INTEGER)',
      'COMMIT',
    ].join(';'),
  );
  const all = async (sql: string) => (await pool.query<Order>(sql)).rows;
  return {
    busOptions: { backend: { postgres: { url, max: 2 } } },
    place: async (bus, id, key, isUndone) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const { rows } = await client.query<{ n: number }>(NEXT, [key]);
        const n = rows[0]?.n ?? 0;
        await client.query('INSERT INTO orders VALUES ($1, $2, $3)', [id, key, n]);
        await bus.publish(EVENT, { id, key, n }, undefined, { tx: { client }, key, id });
        await client.query(isUndone ? 'ROLLBACK' : 'COMMIT');
      } finally {
        client.release();
      }
    },
    record: async ({ id, key, n }) =>
      void (await pool.query('INSERT INTO effects (id, key, n) VALUES ($1, $2, $3)', [id, key, n])),
    orders: () => all('SELECT id, key, n FROM orders'),
    effects: () => all('SELECT id, key, n FROM effects ORDER BY seq'),
    close: () => pool.end(),
  };
}
