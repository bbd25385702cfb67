import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import pg from 'pg';
import { expect, it } from 'vitest';
import { AuditStoreError } from '../src/index.ts';
import * as postgres from '../src/postgres/index.ts';
import * as sqlite from '../src/sqlite/index.ts';

/** What one transaction does: changes of records, some by raw SQL behind a trigger; then it commits or not. */
const transaction = fc.record({
  connection: fc.nat({ max: 2 }),
  tenant: fc.constantFrom('t1', 't2'),
  steps: fc.array(fc.record({ recordId: fc.constantFrom('a', 'b', 'c'), raw: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  }),
  commits: fc.boolean(),
  isolation: fc.constantFrom('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'),
});
type Transaction = typeof transaction extends fc.Arbitrary<infer T> ? T : never;

const actor = { id: 'ada' };

it('PostgreSQL keeps exactly what was committed, whatever three connections do at once', async () => {
  const server = await startPostgres({ args: ['-c', 'fsync=off'] });
  const pool = new pg.Pool({ connectionString: server.url, max: 3 });
  // The server may be gone before the last socket of the pool is.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  let count = 0;
  const history = fc.tuple(
    fc.array(transaction, { minLength: 3, maxLength: 9 }),
    fc.constantFrom('global', 'tenant'),
  );
  await fc.assert(
    fc.asyncProperty(history, async ([transactions, chain]) => {
      count += 1;
      const options = { table: `log_${count}`, ids: 'text', chain } as const;
      const source = `records_${count}`;
      await pool.query(postgres.migrationFor(options));
      await pool.query(`CREATE TABLE ${source} (id TEXT, n INT)`);
      await pool.query(postgres.captureTriggersFor({ ...options, source }).create);
      const log = postgres.createAuditLog({ pool, ...options });

      const runOne = async ({ tenant, steps, commits, isolation }: Transaction): Promise<number> => {
        const client = await pool.connect();
        try {
          await client.query(`BEGIN ISOLATION LEVEL ${isolation}`);
          await log.captureAs(
            { client },
            async () => {
              for (const { recordId, raw } of steps) {
                if (raw) await client.query(`INSERT INTO ${source} VALUES ($1, 1)`, [recordId]);
                else
                  await log.record({ recordId, changeType: 'UPDATED', actor, tenantId: tenant }, { client });
              }
            },
            { actor, tenantId: tenant },
          );
          await client.query(commits ? 'COMMIT' : 'ROLLBACK');
          return commits ? steps.length : 0;
        } catch (error) {
          await client.query('ROLLBACK');
          // Another transaction was in the way: nothing of this one is kept.
          const code = error instanceof AuditStoreError ? error.cause : error;
          expect(['40001', '40P01', '23505']).toContain((code as { code: string }).code);
          if (error instanceof AuditStoreError) expect(error.busy).toBe(true);
          return 0;
        } finally {
          client.release();
        }
      };
      const lanes = [0, 1, 2].map(async (lane) => {
        let kept = 0;
        for (const one of transactions.filter(({ connection }) => connection === lane))
          kept += await runOne(one);
        return kept;
      });
      const kept = (await Promise.all(lanes)).reduce((total, one) => total + one, 0);
      const scopes = chain === 'global' ? [{}] : [{ tenantId: 't1' }, { tenantId: 't2' }];
      let checked = 0;
      for (const scope of scopes) {
        const verified = await log.verify(scope);
        expect(verified).toMatchObject({ ok: true });
        checked += verified.checked;
      }
      expect(checked).toBe(kept);
    }),
    { numRuns: 15 },
  );
  await pool.end();
  await server.stop();
});

it('SQLite keeps exactly what was committed, whatever three connections do in turn', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-audit-'));
  let count = 0;
  const history = fc.tuple(
    fc.array(transaction, { minLength: 3, maxLength: 12 }),
    fc.constantFrom('global', 'tenant'),
  );
  return fc
    .assert(
      fc.asyncProperty(history, async ([transactions, chain]) => {
        count += 1;
        const file = join(folder, `${count}.db`);
        const options = { ids: 'text', chain } as const;
        const connections = [0, 1, 2].map(() => new Database(file));
        for (const db of connections) db.pragma('synchronous = OFF');
        const logs = connections.map((db) => sqlite.createAuditLog({ db, ...options }));
        const [first] = connections;
        first?.exec('CREATE TABLE records (id TEXT, n INT)');
        first?.exec(sqlite.captureTriggersFor({ source: 'records', columns: ['id', 'n'] }).create);
        let kept = 0;
        for (const { connection, tenant, steps, commits } of transactions) {
          const db = connections[connection] as Database.Database;
          const log = logs[connection] as sqlite.SqliteAuditLog;
          const work = db.transaction(() => {
            log.captureAs(
              { db },
              () => {
                for (const { recordId, raw } of steps) {
                  if (raw) db.prepare('INSERT INTO records VALUES (?, 1)').run(recordId);
                  else log.record({ recordId, changeType: 'UPDATED', actor, tenantId: tenant }, { db });
                }
              },
              { actor, tenantId: tenant },
            );
            if (!commits) throw new Error('undone');
          });
          try {
            work.deferred();
            kept += steps.length;
          } catch (error) {
            expect(error).toMatchObject({ message: 'undone' });
          }
        }
        const scopes = chain === 'global' ? [{}] : [{ tenantId: 't1' }, { tenantId: 't2' }];
        let checked = 0;
        for (const scope of scopes) {
          const verified = await (logs[0] as sqlite.SqliteAuditLog).verify(scope);
          expect(verified).toMatchObject({ ok: true });
          checked += verified.checked;
        }
        expect(checked).toBe(kept);
        for (const db of connections) db.close();
      }),
      { numRuns: 15 },
    )
    .finally(() => rmSync(folder, { recursive: true }));
});
