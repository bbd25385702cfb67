import { runOnce } from '@holdfast/idempotency';
import pg from 'pg';
import type { Effect, Payment, PaymentsDatabase } from './database.ts';
import { DatabaseAwayError, DatabaseError } from './errors.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS effects (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    event_type TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount_cents BIGINT NOT NULL,
    currency TEXT NOT NULL,
    charge_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    received_at BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    trace_id TEXT
  );
  CREATE INDEX IF NOT EXISTS effects_of_event ON effects (provider, event_id);
  CREATE TABLE IF NOT EXISTS circuit_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pid INTEGER NOT NULL,
    name TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL
  );
`;

/** Instances that start together make the tables one after another. */
const SCHEMA_LOCK = 7_246_001;
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 10_000;

const INSERT_EFFECT = `
  INSERT INTO effects (event_id, provider, event_type, kind, amount_cents, currency, charge_id, attempt,
    received_at, started_at, recorded_at, trace_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;
const FIND_PAYMENT = `
  SELECT provider, event_id AS "eventId", event_type AS "eventType", kind, amount_cents::float8 AS "amountCents",
    currency, charge_id AS "chargeId", recorded_at::float8 AS "recordedAt", trace_id AS "traceId"
  FROM effects WHERE provider = $1 AND event_id = $2 ORDER BY id LIMIT 1`;
const INSERT_CHANGE =
  'INSERT INTO circuit_changes (pid, name, from_state, to_state, at, reason) VALUES ($1, $2, $3, $4, $5, $6)';

/**
 * Connects to PostgreSQL, and makes the tables where they are missing.
 * @throws DatabaseError when it does not answer or refuses
 */
export async function openPostgresDatabase(
  url: string,
  onTrouble: (error: Error) => void,
): Promise<PaymentsDatabase> {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  // Without these listeners, a server that restarts would end this process: the first hears of idle connections, the
  // other of those in use, whose next statement fails.
  pool.on('error', onTrouble);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await inTransaction(pool, async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
      await client.query(SCHEMA);
    });
    return payments(pool);
  } catch (cause) {
    await pool.end();
    throw new DatabaseError(`postgresql://${new URL(url).host}`, cause);
  }
}

function payments(pool: pg.Pool): PaymentsDatabase {
  return {
    recordEffect: (effect) =>
      inTransaction(pool, async (client) => {
        const insert = () => client.query(INSERT_EFFECT, valuesOf(effect));
        return (await runOnce(effect.eventId, { client }, insert, { scope: effect.provider })).ran;
      }).catch((error: unknown) => {
        throw isAway(error) ? new DatabaseAwayError(error) : error;
      }),
    async findPayment(provider, eventId) {
      const { rows } = await pool.query<Payment>(FIND_PAYMENT, [provider, eventId]);
      return rows[0];
    },
    async recordCircuitChange({ name, from, to, at, reason }) {
      await pool.query(INSERT_CHANGE, [process.pid, name, from, to, Math.round(at), reason]);
    },
    async countEffects() {
      const { rows } = await pool.query<{ n: number }>('SELECT count(*)::float8 AS n FROM effects');
      return rows[0]?.n ?? 0;
    },
    async check() {
      await pool.query('SELECT 1');
    },
    close: () => pool.end(),
  };
}

function valuesOf(effect: Effect): unknown[] {
  const { eventId, provider, eventType, kind, amountCents, currency, chargeId } = effect;
  const { attempt, receivedAt, startedAt, traceId } = effect;
  const what = [eventId, provider, eventType, kind, amountCents, currency, chargeId];
  return [...what, attempt, receivedAt, startedAt, Date.now(), traceId ?? null];
}

async function inTransaction<T>(pool: pg.Pool, run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const value = await run(client);
    await client.query('COMMIT');
    client.release();
    return value;
  } catch (error) {
    // A connection that cannot even roll back is thrown away.
    await client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}

/** SQLSTATE: the connection failed, the server is full, it goes or comes. Else the codes of the network. */
const AWAY_CODE = /^(?:08|53|57P)...?$|^E(?:CONN|PIPE|HOST|NET|TIMEDOUT|AI_)/;
/** What the client says without a code. */
const AWAY_MESSAGE = /^(?:Connection terminated|timeout exceeded when trying to connect)/;

/** Whether it was the server and not the statement. */
function isAway(error: unknown): boolean {
  for (let link = error; link instanceof Error; link = link.cause) {
    if ('code' in link && AWAY_CODE.test(String(link.code))) return true;
    if (AWAY_MESSAGE.test(link.message)) return true;
  }
  return false;
}
