/** An HTTP server with idempotent effects, made to be killed; plain `node:http`, so that the core stands alone. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  type IdempotencyStore,
  MemoryIdempotencyStore,
  PostgresIdempotencyStore,
  RedisIdempotencyStore,
  SqliteIdempotencyStore,
} from '@holdfast/idempotency';
import {
  captureResponse,
  createHttpIdempotency,
  type HttpIdempotency,
  sendAnswer,
} from '@holdfast/idempotency/http';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createRandom } from '../harness/random.ts';
import { type Effects, fileEffects, openSqlite, postgresEffects, sqliteEffects } from './effects.ts';
import { isInTransaction, kindOf, runsAgain } from './kinds.ts';

const { STORE = '', TARGET = '', EFFECTS = '', PORT = '0', SEED = '0' } = process.env;
const random = createRandom(Number(SEED));
const LEASE_MS = 1_500;
const LONGEST_WORK_MS = 8;
/** The whole process stands still for longer than a lease, as under a debugger or a suspended machine. */
const STALL_MS = 2_200;
const STALL_CHANCE = 0.004;
/** The handler fails after its effect. */
const FAILURE_CHANCE = 0.02;

function open(): { store: IdempotencyStore; effects: Effects } {
  switch (STORE) {
    case 'sqlite': {
      const db = openSqlite(TARGET);
      return { store: new SqliteIdempotencyStore({ db }), effects: sqliteEffects(db) };
    }
    case 'redis': {
      const client = new Redis(TARGET, { maxRetriesPerRequest: 1, retryStrategy: () => 20 });
      client.on('error', () => undefined);
      return { store: new RedisIdempotencyStore({ client }), effects: fileEffects(EFFECTS) };
    }
    case 'postgres': {
      const pool = () => {
        const made = new pg.Pool({ connectionString: TARGET, max: 8, connectionTimeoutMillis: 1_000 });
        made.on('error', () => undefined);
        return made;
      };
      return { store: new PostgresIdempotencyStore({ pool: pool() }), effects: postgresEffects(pool()) };
    }
    default:
      return { store: new MemoryIdempotencyStore(), effects: fileEffects(EFFECTS) };
  }
}

const { store, effects } = open();
const settings = { leaseMs: LEASE_MS, storeTimeoutMs: 1_000 };
const refusing = createHttpIdempotency(store, settings);
const repeating = createHttpIdempotency(store, { ...settings, onLeaseExpired: 'run-again' });
let made = 0;

const pause = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, random.next() * LONGEST_WORK_MS));

function stall(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS);
}

async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const key = req.headersDistinct['idempotency-key']?.[0] ?? '';
  const kind = kindOf(key);
  const http: HttpIdempotency = runsAgain(kind) ? repeating : refusing;
  const decision = await http.decide({
    method: req.method ?? '',
    url: req.url ?? '',
    route: '/',
    header: (name) => req.headersDistinct[name] ?? [],
    body: undefined,
    isBodyUnread: false,
  });
  if (decision.kind === 'answer') {
    sendAnswer(res, decision.answer);
    return;
  }
  if (decision.kind !== 'run') throw new Error('a request came without a key');
  captureResponse(res, decision.run);
  made += 1;
  const effect = { key, id: `${process.pid}.${made}` };
  const answer = { id: effect.id };
  await pause();
  if (STORE !== 'memory' && random.chance(STALL_CHANCE)) stall();
  if (isInTransaction(kind) && effects.together !== undefined)
    await effects.together(effect, decision.run, answer);
  else await effects.plain(effect);
  if (random.chance(FAILURE_CHANCE)) throw new Error('after the effect');
  await pause();
  res.writeHead(201, { 'content-type': 'application/json' });
  res.end(JSON.stringify(answer));
}

const server = createServer((req, res) => {
  handle(req, res).catch(() => {
    res.statusCode = 500;
    res.end();
  });
});
server.listen(Number(PORT), '127.0.0.1', () => console.log('ready'));
process.stdin.on('end', () => process.exit(0)).resume();
