import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idempotencyMiddleware } from '@holdfast/express/idempotency';
import { SqliteIdempotencyStore } from '@holdfast/idempotency';
import axios from 'axios';
import axiosRetry from 'axios-retry';
import Database from 'better-sqlite3';
import express from 'express';
import Stripe from 'stripe';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Cut, startCuttingProxy } from './cutting-proxy.ts';
import { serve } from './serve.ts';

interface Payments {
  /** Of a proxy that breaks connections as `cuts` says, one after the other, and then no more. */
  readonly port: number;
  readonly rows: () => { amount: number; id: string }[];
}

/** A small payments API: each charge is a row, written with its answer in one transaction. */
async function payments(cuts: readonly Cut[]): Promise<Payments> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-express-'));
  const db = new Database(join(folder, 'payments.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE charges (id TEXT, amount INTEGER)');
  const insert = db.prepare('INSERT INTO charges VALUES (?, ?)');
  const app = express();
  app.use(express.json(), express.urlencoded());
  app.use(idempotencyMiddleware(new SqliteIdempotencyStore({ db }), { required: true }));
  app.post('/v1/charges', (req, res) => {
    const amount = Number((req.body as { amount: unknown }).amount);
    db.transaction(() => {
      const id = `ch_${Number(db.prepare('SELECT count(*) FROM charges').pluck().get())}`;
      insert.run(id, amount);
      req.idempotency.complete({ db }, { body: { id, object: 'charge', amount } });
    }).immediate();
    res.end();
  });
  onTestFinished(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });
  const { port } = await serve(app);
  let connection = 0;
  const proxy = await startCuttingProxy(port, () => cuts[connection++] ?? 'none');
  return {
    port: proxy,
    rows: () =>
      db.prepare('SELECT id, amount FROM charges ORDER BY amount').all() as ReturnType<Payments['rows']>,
  };
}

const CUTS: readonly Cut[] = [
  'answer',
  'half',
  'request',
  'none',
  'answer',
  'answer',
  'half',
  'none',
  'request',
];
const SEED = Math.floor(Math.random() * 2 ** 31);

/** Two of three connections are broken, until enough of them were. */
function randomCuts(seed: number): Cut[] {
  const kinds: readonly Cut[] = ['request', 'answer', 'half', 'answer', 'none', 'none'];
  let state = seed;
  return Array.from({ length: 60 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return kinds[Math.floor((state / 2 ** 32) * kinds.length)] ?? 'none';
  });
}

const AMOUNTS = [100, 200, 300, 400, 500, 600];

describe('through a proxy that cuts connections', () => {
  it('the stripe SDK makes each charge once and gets its answer', async () => {
    const { port, rows } = await payments(CUTS);
    const stripe = new Stripe('sk_test_x', {
      host: '127.0.0.1',
      port,
      protocol: 'http',
      maxNetworkRetries: 5,
      telemetry: false,
      httpAgent: new Agent({ keepAlive: false }),
    });
    const charges = await Promise.all(
      AMOUNTS.map((amount) => stripe.charges.create({ amount, currency: 'eur', source: 'tok_visa' })),
    );
    expect(charges.map(({ amount }) => amount)).toEqual(AMOUNTS);
    expect(rows()).toEqual(charges.map(({ id, amount }) => ({ id, amount })));
  });

  it.each([
    ['one after the other', CUTS],
    [`at random, seed ${SEED}`, randomCuts(SEED)],
  ])('axios with axios-retry makes each charge once and gets its answer: cuts %s', async (_title, cuts) => {
    const { port, rows } = await payments(cuts);
    const client = axios.create({
      baseURL: `http://127.0.0.1:${port}`,
      httpAgent: new Agent({ keepAlive: false }),
    });
    axiosRetry(client, {
      retries: 80,
      retryDelay: () => 1,
      // By default axios-retry does not repeat a POST; the key is what makes it safe.
      retryCondition: (error) =>
        error.response === undefined || error.response.status === 409 || error.response.status >= 500,
    });
    const charges = await Promise.all(
      AMOUNTS.map(async (amount) => {
        const headers = { 'Idempotency-Key': `charge-${amount}` };
        const answer = await client.post<{ id: string; amount: number }>(
          '/v1/charges',
          { amount },
          { headers },
        );
        return answer.data;
      }),
    );
    expect(charges.map(({ amount }) => amount)).toEqual(AMOUNTS);
    expect(rows()).toEqual(charges.map(({ id, amount }) => ({ id, amount })));
  });
});
