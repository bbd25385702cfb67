import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actor, databases, ORDER, type TestDatabase } from './databases.ts';

const EVERYWHERE = [
  ['UPDATE', (table: string) => `UPDATE ${table} SET ${columnOf(table)} = ${columnOf(table)}`],
  ['DELETE', (table: string) => `DELETE FROM ${table}`],
] as const;

const columnOf = (table: string) =>
  ({ request_changes: 'change_type', request_changes_context: 'record_type' })[table] ?? 'hash';

const TABLES = ['request_changes', 'request_changes_context', 'request_changes_chain'];
const CHANGE = `SELECT id, request_id, 'forged', previous_value, new_value, changed_by_id, changed_by_type, correlation_id, created_at FROM request_changes`;

describe.each(databases)('the tables on %s, to their own owner', (_name, open) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await open();
    const log = await database.log();
    await log.record({ recordId: ORDER, changeType: 'CREATED', after: { n: 1 }, actor });
  });
  afterAll(() => database.close());

  for (const table of TABLES) {
    it.each(EVERYWHERE)(`refuse %s on ${table}`, async (_operation, statement) => {
      await expect(database.run(statement(table))).rejects.toThrow(
        'the audit log request_changes is append-only',
      );
    });
  }

  it('still hold what was written', async () => {
    expect(await database.rows('SELECT change_type FROM request_changes')).toEqual([
      { change_type: 'CREATED' },
    ]);
  });
});

describe('the tables on SQLite', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = (await databases[0]?.[1]()) as TestDatabase;
    const log = await database.log();
    await log.record({ recordId: ORDER, changeType: 'CREATED', after: { n: 1 }, actor });
  });
  afterAll(() => database.close());

  it.each([
    `INSERT OR REPLACE INTO request_changes ${CHANGE}`,
    `REPLACE INTO request_changes ${CHANGE}`,
    `INSERT INTO request_changes ${CHANGE} WHERE true ON CONFLICT (id) DO UPDATE SET change_type = 'forged'`,
    `UPDATE OR REPLACE request_changes SET change_type = 'forged'`,
    `INSERT OR REPLACE INTO request_changes_context SELECT * FROM request_changes_context`,
    `INSERT OR REPLACE INTO request_changes_context SELECT position + 1, change_id, 'forged', tenant_id, request_id, trace_id FROM request_changes_context`,
    `INSERT OR REPLACE INTO request_changes_chain SELECT * FROM request_changes_chain`,
    `INSERT OR REPLACE INTO request_changes_chain SELECT chain, seq + 1, position, previous_hash, 'forged' FROM request_changes_chain`,
  ])('refuse to replace a row, with recursive_triggers off and on: %s', async (sql) => {
    for (const setting of ['OFF', 'ON']) {
      await database.run(`PRAGMA recursive_triggers = ${setting}`);
      await expect(database.run(sql)).rejects.toThrow('is append-only');
    }
    expect(await database.rows('SELECT change_type FROM request_changes')).toEqual([
      { change_type: 'CREATED' },
    ]);
  });

  it('have no hidden row number by which a row could be replaced', async () => {
    await expect(database.run('SELECT rowid FROM request_changes')).rejects.toThrow('no such column: rowid');
  });

  it('do not withstand who may drop a trigger: the chain finds it', async () => {
    const log = await database.log({ table: 'owned' });
    await log.record({ recordId: ORDER, changeType: 'CREATED', actor });
    await database.run('DROP TRIGGER owned_changes_no_update');
    await database.run("UPDATE owned SET change_type = 'forged'");
    expect(await log.verify()).toMatchObject({ ok: false, broken: { reason: 'changed', seq: 1 } });
  });
});

describe('the tables on PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = (await databases[1]?.[1]()) as TestDatabase;
    const log = await database.log();
    await log.record({ recordId: ORDER, changeType: 'CREATED', after: { n: 1 }, actor });
  });
  afterAll(() => database.close());

  it.each([
    'DELETE FROM request_changes WHERE 1 = 0',
    'TRUNCATE request_changes',
    'TRUNCATE request_changes_context',
    'TRUNCATE request_changes_chain CASCADE',
    `INSERT INTO request_changes ${CHANGE} ON CONFLICT (id) DO UPDATE SET change_type = 'forged'`,
    `MERGE INTO request_changes c USING (SELECT 1) o ON true WHEN MATCHED THEN DELETE`,
    `SET session_replication_role = replica; DELETE FROM request_changes`,
  ])('refuse %s', async (sql) => {
    await expect(database.run(sql)).rejects.toMatchObject({ code: '55000' });
    await database.run('SET session_replication_role = origin');
    expect(await database.rows('SELECT change_type FROM request_changes')).toEqual([
      { change_type: 'CREATED' },
    ]);
  });

  it('link a row that is inserted by hand as well', async () => {
    const log = await database.log();
    await database.run(
      `INSERT INTO request_changes (id, request_id, change_type, new_value, changed_by_id, changed_by_type)
       VALUES (gen_random_uuid(), '${ORDER}', 'BY_HAND', '{}', '${ORDER}', 'user')`,
    );
    expect(await log.verify()).toMatchObject({ ok: true, checked: 2 });
  });

  it('need no right to the chain: a role that may only add rows can do no more', async () => {
    const log = await database.log();
    await database.run(
      'CREATE ROLE app; GRANT INSERT, SELECT ON request_changes, request_changes_context TO app',
    );
    await database.run('SET ROLE app');
    // A table in the way of the functions, where every search path looks first.
    await database.run(
      'CREATE TEMP TABLE request_changes_chain (chain TEXT, seq BIGINT, position BIGINT, previous_hash TEXT, hash TEXT)',
    );
    await log.record({ recordId: ORDER, changeType: 'AS_APP', actor });
    expect(await database.rows('SELECT * FROM pg_temp.request_changes_chain')).toEqual([]);
    await database.run('DROP TABLE pg_temp.request_changes_chain');
    for (const sql of [
      "INSERT INTO request_changes_chain VALUES ('global', 9, 9, '', '')",
      'ALTER TABLE request_changes DISABLE TRIGGER ALL',
      'DROP TRIGGER request_changes_append_only ON request_changes',
      'DROP TABLE request_changes',
      'SELECT request_changes_seal(c) FROM request_changes c',
    ]) {
      await expect(database.run(sql)).rejects.toMatchObject({ code: '42501' });
    }
    await database.run('RESET ROLE');
    expect(await log.verify()).toMatchObject({ ok: true, checked: 3 });
  });

  it('do not withstand their owner, who may disable a trigger: the chain finds it', async () => {
    const log = await database.log({ table: 'owned' });
    await log.record({ recordId: ORDER, changeType: 'CREATED', actor });
    await database.run("ALTER TABLE owned DISABLE TRIGGER USER; UPDATE owned SET change_type = 'forged'");
    expect(await log.verify()).toMatchObject({ ok: false, broken: { reason: 'changed', seq: 1 } });
  });
});
