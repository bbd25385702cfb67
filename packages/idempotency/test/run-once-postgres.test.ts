import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@holdfast/test-servers';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOnce } from '../src/index.ts';

let server: PostgresServer;
let pool: pg.Pool;
beforeAll(async () => {
  server = await startPostgres();
  pool = new pg.Pool({ connectionString: server.url });
  await pool.query('CREATE TABLE effects (event_id text NOT NULL)');
});
afterAll(async () => {
  await pool.end();
  await server.stop();
});

async function inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>, begin = 'BEGIN'): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const value = await work(client);
    await client.query('COMMIT');
    return value;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

const addEffect = (client: pg.PoolClient, id: string) =>
  client.query('INSERT INTO effects VALUES ($1)', [id]);

const onceFor = (id: string) =>
  inTransaction((client) =>
    runOnce(id, { client }, async () => {
      await addEffect(client, id);
      return id;
    }),
  );

const effects = async (id: string) =>
  (await pool.query('SELECT FROM effects WHERE event_id = $1', [id])).rowCount;

/** Resolves when a statement of this server waits for another transaction. */
async function somebodyWaits(): Promise<void> {
  const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
  while (((await pool.query(waiting)).rowCount ?? 0) === 0);
}

describe('runOnce in a PostgreSQL transaction', () => {
  it('makes its tables at first use, in a transaction that has failed at nothing', async () => {
    expect(await onceFor('first')).toEqual({ ran: true, value: 'first' });
    expect(await onceFor('first')).toEqual({ ran: false });
    expect(await effects('first')).toBe(1);
  });

  it('makes its tables again when they were rolled back with the transaction that had made them', async () => {
    const url = await server.createDatabase('rolled');
    const client = new pg.Client(url);
    await client.connect();
    for (const end of ['ROLLBACK', 'COMMIT']) {
      await client.query('BEGIN');
      expect((await runOnce('e', { client }, () => 1)).ran).toBe(true);
      await client.query(end);
    }
    await client.query('BEGIN');
    expect((await runOnce('e', { client }, () => 1)).ran).toBe(false);
    await client.end();
  });

  it('of two at once lets the second wait for the first, and then see it', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const first = inTransaction((client) =>
      runOnce('both', { client }, async () => {
        await addEffect(client, 'both');
        begun.resolve();
        await gate.promise;
      }),
    );
    await begun.promise;
    const second = onceFor('both');
    await somebodyWaits();
    gate.resolve();
    expect([(await first).ran, (await second).ran, await effects('both')]).toEqual([true, false, 1]);
  });

  it('of two at once runs the second when the first is rolled back', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const first = inTransaction((client) =>
      runOnce('undone', { client }, async () => {
        await addEffect(client, 'undone');
        begun.resolve();
        await gate.promise;
        throw new Error('broke');
      }),
    );
    const failed = expect(first).rejects.toThrow('broke');
    await begun.promise;
    const second = onceFor('undone');
    await somebodyWaits();
    gate.resolve();
    await failed;
    expect([(await second).ran, await effects('undone')]).toEqual([true, 1]);
  });

  it('runs each of many events once, however many connections race for it', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `race-${n}`);
    const results = await Promise.all(ids.flatMap((id) => [onceFor(id), onceFor(id), onceFor(id)]));
    expect(results.filter(({ ran }) => ran)).toHaveLength(20);
    expect((await pool.query("SELECT FROM effects WHERE event_id LIKE 'race-%'")).rowCount).toBe(20);
  });

  it('forgets the id when the function throws, with what it wrote, while the rest of the transaction goes on', async () => {
    await inTransaction(async (client) => {
      await addEffect(client, 'rest');
      const failing = runOnce('thrown', { client }, async () => {
        await addEffect(client, 'thrown');
        await client.query('SELECT nonsense');
      });
      await expect(failing).rejects.toThrow('nonsense');
    });
    expect([await effects('rest'), await effects('thrown')]).toEqual([1, 0]);
    expect((await onceFor('thrown')).ran).toBe(true);
  });

  it('runs once for each scope', async () => {
    const inScope = (scope: string) =>
      inTransaction((client) => runOnce('scoped', { client }, () => 1, { scope }));
    expect([(await inScope('a')).ran, (await inScope('b')).ran, (await inScope('a')).ran]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('refuses a pool, and a connection without a transaction', async () => {
    await expect(runOnce('e', { client: pool }, () => 1)).rejects.toMatchObject({
      code: 'ERR_IDEMPOTENCY_OPTION',
      message: expect.stringContaining('has no transaction open on it'),
    });
  });

  it('says so when the function ended the transaction', async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    const ended = runOnce('ended', { client }, () => client.query('COMMIT'));
    await expect(ended).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_TRANSACTION_ENDED' });
    client.release();
  });

  it('says that another transaction was in the way where isolation forbids to look at it', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const first = inTransaction((client) =>
      runOnce('serial', { client }, async () => {
        begun.resolve();
        await gate.promise;
      }),
    );
    await begun.promise;
    const second = inTransaction(
      (client) => runOnce('serial', { client }, () => 1),
      'BEGIN ISOLATION LEVEL SERIALIZABLE',
    );
    const refused = expect(second).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_STORE', busy: true });
    await somebodyWaits();
    gate.resolve();
    await first;
    await refused;
  });

  it('refuses tables of a newer version', async () => {
    const client = new pg.Client(await server.createDatabase('newer'));
    await client.connect();
    await client.query('BEGIN');
    await runOnce('e', { client }, () => 1);
    await client.query('UPDATE holdfast_run_once_schema SET version = 9');
    await expect(runOnce('f', { client }, () => 1)).rejects.toMatchObject({
      code: 'ERR_IDEMPOTENCY_SCHEMA_VERSION',
    });
    await client.end();
  });

  it.each(['inside', 'after'] as const)(
    'survives a SIGKILL %s the transaction: both or neither',
    async (at) => {
      const id = `killed-${at}`;
      const path = join(import.meta.dirname, 'children', 'stall-postgres.ts');
      const child: ChildProcess = fork(path, [at, server.url, id], {
        execArgv: ['--conditions=@holdfast/source'],
        silent: true,
      });
      expect(await once(child, 'message')).toEqual([at, undefined]);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const committed = at === 'after';
      expect(await effects(id)).toBe(committed ? 1 : 0);
      expect((await onceFor(id)).ran).toBe(!committed);
      expect(await effects(id)).toBe(1);
    },
  );
});
