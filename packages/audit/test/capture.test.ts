import { createTraceContext, runWithTrace, setIdentity } from '@holdfast/context';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADA, BOB, collect, databases, ORDER, type TestDatabase, type TestLog } from './databases.ts';

describe.each(databases)('captured changes on %s', (_name, open) => {
  let database: TestDatabase;
  let log: TestLog;
  let count = 0;
  let table = '';
  let source = '';
  let orders = '';
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    count += 1;
    table = `changes_${count}`;
    source = `it's "orders" ${count}`;
    orders = `"it's ""orders"" ${count}"`;
    log = await database.log({ table });
    const [bytes, id] = database.name === 'sqlite' ? ['BLOB', 'TEXT'] : ['BYTEA', 'UUID'];
    await database.run(
      `CREATE TABLE ${orders} (id ${id} PRIMARY KEY, status TEXT, secret TEXT, raw ${bytes})`,
    );
    await database.capture(table, source, ['id', 'status', 'secret', 'raw'], ['secret']);
  });

  const insert = () =>
    database.run(`INSERT INTO ${orders} (id, status, secret) VALUES ('${ORDER}', 'new', 'hunter2')`);

  it('are written by raw SQL, with both images and without the columns that are redacted', async () => {
    await insert();
    await database.run(`UPDATE ${orders} SET status = 'paid'`);
    await database.run(`UPDATE ${orders} SET status = 'paid'`);
    await database.run(`DELETE FROM ${orders}`);
    await log.seal();
    const { items: entries } = await log.history(ORDER);
    expect(entries).toMatchObject([
      {
        changeType: 'INSERT',
        before: null,
        after: { id: ORDER, status: 'new', secret: '[redacted]', raw: null },
      },
      { changeType: 'UPDATE', diff: [{ path: '/status', kind: 'changed', before: 'new', after: 'paid' }] },
      { changeType: 'DELETE', before: { status: 'paid' }, after: null },
    ]);
    expect(entries[0]).toMatchObject({
      recordType: source,
      actor: { id: '00000000-0000-0000-0000-000000000000', type: 'database' },
      correlationId: null,
    });
    expect(await log.verify()).toMatchObject({ ok: true, checked: 3 });
  });

  it('name who is at work inside of captureAs, and nobody after it', async () => {
    const context = createTraceContext({ requestId: 'req-1', correlationId: 'corr-1' });
    await database.transaction(async () => {
      await runWithTrace(context, async () => {
        setIdentity({ userId: ADA, tenantId: 't1' });
        await log.captureAs(insert);
      });
      await database.run(`UPDATE ${orders} SET status = 'paid'`);
      await log.captureAs(() => database.run(`UPDATE ${orders} SET status = 'sent'`), {
        actor: { id: BOB, type: 'job' },
      });
    });
    await log.seal();
    const { items: entries } = await log.history(ORDER);
    expect(
      entries.map(({ actor, tenantId, correlationId, requestId }) => [
        actor.id,
        actor.type,
        tenantId,
        correlationId,
        requestId,
      ]),
    ).toEqual([
      [ADA, 'user', 't1', 'corr-1', 'req-1'],
      ['00000000-0000-0000-0000-000000000000', 'database', null, null, null],
      [BOB, 'job', null, null, null],
    ]);
    expect(await log.verify()).toMatchObject({ ok: true, checked: 3 });
  });

  it('vanish with the rollback of their transaction, and so does who was at work', async () => {
    const undone = database.transaction(async () => {
      await log.captureAs(insert, { actor: { id: ADA } });
      throw new Error('card refused');
    });
    await expect(undone).rejects.toThrow('card refused');
    await insert();
    expect((await log.history(ORDER)).items).toMatchObject([{ actor: { type: 'database' } }]);
  });

  it('do not name who was at work in a captureAs that failed, where its transaction goes on', async () => {
    await database.transaction(async () => {
      const failed = log.captureAs(() => Promise.reject(new Error('not now')), { actor: { id: ADA } });
      await expect(failed).rejects.toThrow('not now');
      if (database.name === 'postgresql') await insert();
    });
    if (database.name === 'sqlite') await insert();
    expect((await log.history(ORDER)).items).toMatchObject([{ actor: { type: 'database' } }]);
  });

  it('end when the triggers are dropped', async () => {
    const { drop } = await database.capture(table, source, ['id', 'status', 'secret', 'raw']);
    await database.run(drop);
    await insert();
    expect((await log.history(ORDER)).items).toEqual([]);
  });

  it('are refused where they could not be told: TRUNCATE', async () => {
    if (database.name === 'sqlite') return;
    await insert();
    await expect(database.run(`TRUNCATE ${orders}`)).rejects.toThrow('TRUNCATE is refused');
  });

  it('keep bytes and every digit of a number', async () => {
    if (database.name !== 'sqlite') {
      await database.run('CREATE TABLE sums (id UUID PRIMARY KEY, n NUMERIC, raw BYTEA)');
      await database.capture(table, 'sums', ['id', 'n', 'raw']);
      await database.run(`INSERT INTO sums VALUES ('${ORDER}', 12345678901234567890.12, '\\x00ff')`);
      expect(await database.rows(`SELECT new_value->>'n' AS n FROM ${table}`)).toEqual([
        { n: '12345678901234567890.12' },
      ]);
      expect((await log.history(ORDER)).items[0]?.after).toMatchObject({ raw: '\\x00ff' });
    } else {
      await database.run('CREATE TABLE sums (id TEXT PRIMARY KEY, n INTEGER, raw BLOB)');
      await database.capture(table, 'sums', ['id', 'n', 'raw']);
      await database.run(`INSERT INTO sums VALUES ('${ORDER}', 9007199254740993, x'00ff')`);
      expect((await log.history(ORDER)).items[0]?.after).toEqual({
        id: ORDER,
        n: 9_007_199_254_740_993n,
        raw: Buffer.from([0, 255]),
      });
    }
    await log.seal();
    expect(await log.verify()).toMatchObject({ ok: true });
  });
});

describe('captured changes on SQLite', () => {
  let database: TestDatabase;
  let log: TestLog;
  beforeEach(async () => {
    database = (await databases[0]?.[1]()) as TestDatabase;
    log = await database.log();
    await database.run('CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT)');
    await database.capture('request_changes', 'orders', ['id', 'status']);
    await database.run(`INSERT INTO orders VALUES ('${ORDER}', 'new')`);
  });
  afterEach(() => database.close());

  it('are linked by the next record(), before it', async () => {
    expect(await log.verify()).toMatchObject({ ok: false, broken: { reason: 'unsealed' } });
    await log.record({ recordId: ORDER, changeType: 'CHECKED', actor: { id: ADA } });
    expect(await log.verify()).toMatchObject({ ok: true, checked: 2 });
    expect((await collect(log.export())).map(({ changeType }) => changeType)).toEqual(['INSERT', 'CHECKED']);
  });

  it('tell of the row that REPLACE removed only with recursive_triggers on', async () => {
    await database.run(`REPLACE INTO orders VALUES ('${ORDER}', 'off')`);
    await database.run('PRAGMA recursive_triggers = ON');
    await database.run(`REPLACE INTO orders VALUES ('${ORDER}', 'on')`);
    const { items: entries } = await log.history(ORDER);
    expect(entries.map(({ changeType }) => changeType)).toEqual(['INSERT', 'INSERT', 'DELETE', 'INSERT']);
  });
});
