/** An Express server with one way of keeping keys; the keys are given here, so that the load is the same for all. */
import { idempotencyMiddleware } from '@holdfast/express/idempotency';
import {
  type IdempotencyStore,
  MemoryIdempotencyStore,
  PostgresIdempotencyStore,
  RedisIdempotencyStore,
  SqliteIdempotencyStore,
} from '@holdfast/idempotency';
import express, { type RequestHandler } from 'express';
import { getSharedIdempotencyService, idempotency as peer } from 'express-idempotency';
import { serve } from '../http/serve.ts';

const { BENCH_STORE = 'bare', BENCH_TARGET = '', BENCH_REPLAY_CACHE = '' } = process.env;
const LONG_SECONDS = 3_600;

let requests = 0;

/** `/replay` and `/conflict` have the key that was sent, `/fresh` has a new one each time. */
const giveKey: RequestHandler = (req, _res, next) => {
  requests += 1;
  if (req.path === '/fresh') req.headers['idempotency-key'] = `key-${process.pid}-${requests}`;
  next();
};

function middleware(): RequestHandler | undefined {
  if (BENCH_STORE === 'bare') return undefined;
  if (BENCH_STORE === 'peer') return peer() as unknown as RequestHandler;
  // The work of the conflict never ends, and its answer is never large.
  return idempotencyMiddleware(open(), {
    ttlSeconds: LONG_SECONDS,
    maxRunMs: LONG_SECONDS * 1_000,
    ...(BENCH_REPLAY_CACHE === 'none' ? { replayCacheBytes: 0 } : {}),
  });
}

function open(): IdempotencyStore {
  if (BENCH_STORE === 'sqlite') return new SqliteIdempotencyStore({ file: BENCH_TARGET });
  if (BENCH_STORE === 'redis') return new RedisIdempotencyStore({ url: BENCH_TARGET });
  if (BENCH_STORE === 'postgres') return new PostgresIdempotencyStore({ url: BENCH_TARGET });
  return new MemoryIdempotencyStore({ maxRecords: 10_000_000 });
}

const answer: RequestHandler = (req, res) => {
  if (BENCH_STORE === 'peer' && getSharedIdempotencyService().isHit(req)) return;
  res.status(201).json({ id: 'ch_1', amount: (req.body as { amount: number }).amount, status: 'paid' });
};

const app = express();
app.use(express.json(), giveKey);
const keeper = middleware();
if (keeper !== undefined) app.use(keeper);
app.post('/fresh', answer);
app.post('/replay', answer);
app.post('/conflict', keeper === undefined ? answer : () => undefined);
serve(app);
