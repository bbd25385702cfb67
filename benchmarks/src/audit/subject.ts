/** The process that is measured: one order a transaction, with its change or without; and chains that are verified. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as postgres from '@holdfast/audit/postgres';
import * as sqlite from '@holdfast/audit/sqlite';
import Database from 'better-sqlite3';
import pg from 'pg';
import { answerParent } from '../harness/answer-parent.ts';

export type Mode = 'alone' | 'none' | 'global' | 'tenant';

export interface WriteQuestion {
  readonly engine: 'sqlite' | 'postgres';
  readonly mode: Mode;
  readonly seconds: number;
  /** On PostgreSQL: how many connections write at once. */
  readonly connections: number;
}

export interface VerifyQuestion {
  readonly engine: 'sqlite' | 'postgres';
  readonly rows: number;
}

const CHAINS = ['none', 'global', 'tenant'] as const;
const ORDER = {
  status: 'new',
  customer: 'c-1042',
  currency: 'eur',
  total: 129.9,
  lines: [{ sku: 'A-1', count: 2 }],
};
const change = (recordId: string, tenantId: string) => ({
  recordId,
  changeType: 'UPDATED',
  before: ORDER,
  after: { ...ORDER, status: 'paid' },
  actor: { id: 'ada' },
  tenantId,
});

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-audit-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const db = new Database(join(folder, 'app.db'));
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT)');
const insertOrder = db.prepare("INSERT INTO orders (status) VALUES ('new')");
const sqliteLogs = new Map(
  CHAINS.map((chain) => [chain, sqlite.createAuditLog({ db, table: `log_${chain}`, chain, ids: 'text' })]),
);

const url = process.env['BENCH_POSTGRES'] ?? '';
const pool = new pg.Pool({ connectionString: url, max: 16 });
pool.on('connect', (client) => void client.on('error', () => undefined));
await pool.query('CREATE TABLE orders (id BIGSERIAL PRIMARY KEY, status TEXT)');
const postgresLogs = new Map<Mode, postgres.PostgresAuditLog>();
for (const chain of CHAINS) {
  const options = { table: `log_${chain}`, chain, ids: 'text' } as const;
  await pool.query(postgres.migrationFor(options));
  postgresLogs.set(chain, postgres.createAuditLog({ pool, ...options }));
}

/** @returns transactions a second */
function writeSqlite({ mode, seconds }: WriteQuestion): number {
  const log = mode === 'alone' ? undefined : sqliteLogs.get(mode);
  const write = db.transaction(() => {
    const { lastInsertRowid } = insertOrder.run();
    log?.record(change(String(lastInsertRowid), 't1'), { db });
  });
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < seconds * 1_000) {
    write.immediate();
    count += 1;
  }
  return (count / (performance.now() - start)) * 1_000;
}

async function writePostgres({ mode, seconds, connections }: WriteQuestion): Promise<number> {
  const log = postgresLogs.get(mode);
  const start = performance.now();
  const lane = async (_: unknown, index: number): Promise<number> => {
    const client = await pool.connect();
    let count = 0;
    while (performance.now() - start < seconds * 1_000) {
      await client.query('BEGIN');
      const { rows } = await client.query<{ id: string }>(
        "INSERT INTO orders (status) VALUES ('new') RETURNING id",
      );
      await log?.record(change(String(rows[0]?.id), `t${index}`), { client });
      await client.query('COMMIT');
      count += 1;
    }
    client.release();
    return count;
  };
  const counts = await Promise.all(Array.from({ length: connections }, lane));
  return (counts.reduce((sum, count) => sum + count, 0) / (performance.now() - start)) * 1_000;
}

const VERIFIED = { table: 'verified', ids: 'text' } as const;

/** Fills a chain of its own, once. */
async function fill({ engine, rows }: VerifyQuestion): Promise<void> {
  if (engine === 'sqlite') {
    const log = sqlite.createAuditLog({ db, ...VERIFIED });
    db.transaction(() => {
      for (let n = 0; n < rows; n += 1) log.record(change(String(n % 1_000), 't1'), { db });
    })();
    return;
  }
  await pool.query(postgres.migrationFor(VERIFIED));
  await pool.query(
    `INSERT INTO verified SELECT gen_random_uuid(), n % 1000, 'UPDATED', $1, $2, 'ada', 'user', NULL
     FROM generate_series(1, $3) n`,
    [JSON.stringify(ORDER), JSON.stringify({ ...ORDER, status: 'paid' }), rows],
  );
  await pool.query('ANALYZE');
}

/** @returns rows a second */
async function verify({ engine, rows }: VerifyQuestion): Promise<number> {
  const log =
    engine === 'sqlite'
      ? sqlite.createAuditLog({ db, ...VERIFIED })
      : postgres.createAuditLog({ pool, ...VERIFIED });
  const start = performance.now();
  const result = await log.verify();
  if (!result.ok || result.checked !== rows)
    throw new Error(`verify() read ${result.checked} of ${rows} rows.`);
  return (rows / (performance.now() - start)) * 1_000;
}

answerParent({
  write: (question: WriteQuestion) =>
    question.engine === 'sqlite' ? writeSqlite(question) : writePostgres(question),
  fill,
  verify,
});
