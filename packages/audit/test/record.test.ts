import { createTraceContext, runWithTrace, setIdentity } from '@holdfast/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA, actor, BOB, databases, ORDER, type TestDatabase } from './databases.ts';

describe.each(databases)('record() on %s', (_name, open) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await open();
    await database.run('CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT)');
  });
  afterAll(() => database.close());

  it('takes actor, tenant, correlation, request and trace id from the context', async () => {
    const log = await database.log({ table: 'from_context' });
    const context = createTraceContext({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      requestId: 'req-1',
      correlationId: 'corr-1',
    });
    await runWithTrace(context, async () => {
      setIdentity({ userId: ADA, tenantId: 't1' });
      await log.record({
        recordId: ORDER,
        changeType: 'CREATED',
        recordType: 'order',
        after: { status: 'new' },
      });
    });
    const { items: entries } = await log.history(ORDER);
    expect(entries).toMatchObject([
      {
        recordId: ORDER,
        recordType: 'order',
        changeType: 'CREATED',
        actor: { id: ADA, type: 'user' },
        createdAt: new Date('2026-01-01T00:00:00.000Z'),
        correlationId: 'corr-1',
        requestId: 'req-1',
        traceId: '0af7651916cd43dd8448eb211c80319c',
        tenantId: 't1',
        before: null,
        after: { status: 'new' },
        diff: [{ path: '', kind: 'added', after: { status: 'new' } }],
      },
    ]);
  });

  it('stores SQL NULL before a create and JSON null after a delete', async () => {
    const log = await database.log({ table: 'nulls' });
    await log.record({ recordId: ORDER, changeType: 'CREATED', after: { n: 1 }, actor });
    await log.record({ recordId: ORDER, changeType: 'DELETED', before: { n: 1 }, actor });
    const rows = await database.rows(
      `SELECT change_type, previous_value IS NULL AS without, CAST(new_value AS TEXT) AS new_value
       FROM nulls ORDER BY created_at, id`,
    );
    const yes = database.name === 'sqlite' ? 1 : true;
    const no = database.name === 'sqlite' ? 0 : false;
    expect(rows).toContainEqual(expect.objectContaining({ change_type: 'CREATED', without: yes }));
    expect(rows).toContainEqual({ change_type: 'DELETED', without: no, new_value: 'null' });
  });

  it('commits with the row of the caller', async () => {
    const log = await database.log({ table: 'kept' });
    await database.transaction(async () => {
      await database.run("INSERT INTO orders VALUES (1, 'new')");
      await log.record({ recordId: ORDER, changeType: 'CREATED', after: { id: 1 }, actor });
    });
    expect(await database.rows('SELECT id FROM orders WHERE id = 1')).toHaveLength(1);
    expect(await log.verify()).toMatchObject({ ok: true, checked: 1 });
  });

  it('vanishes with the rollback of the caller, and the chain goes on as if it had not been', async () => {
    const log = await database.log({ table: 'undone' });
    await log.record({ recordId: ORDER, changeType: 'CREATED', after: 1, actor });
    const undone = database.transaction(async () => {
      await database.run("INSERT INTO orders VALUES (2, 'new')");
      await log.record({ recordId: ORDER, changeType: 'UPDATED', before: 1, after: 2, actor });
      throw new Error('card refused');
    });
    await expect(undone).rejects.toThrow('card refused');
    await log.record({ recordId: ORDER, changeType: 'UPDATED', before: 1, after: 3, actor });
    expect(await database.rows('SELECT id FROM orders WHERE id = 2')).toEqual([]);
    expect((await log.history(ORDER)).items.map(({ after }) => after)).toEqual([1, 3]);
    expect(await log.verify()).toMatchObject({ ok: true, checked: 2, head: { seq: 2 } });
  });

  it('gives typed values back as they were', async () => {
    const log = await database.log({ table: 'typed' });
    const before = {
      id: 9_007_199_254_740_993n,
      at: new Date('2026-05-04T03:02:01.000Z'),
      raw: Buffer.from([0, 255]),
    };
    const after = {
      ...before,
      ratio: 0.1,
      big: 1e21,
      text: 'a\0b\ud800',
      none: null,
      $date: 'no date',
      list: [1, { deep: 2n }],
    };
    await log.record({ recordId: ORDER, changeType: 'UPDATED', before, after, actor });
    const [entry] = (await log.history(ORDER)).items;
    expect(entry?.before).toEqual(before);
    expect(entry?.after).toEqual(after);
    expect(entry?.diff.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'added /$date',
      'added /big',
      'added /list',
      'added /none',
      'added /ratio',
      'added /text',
    ]);
    expect(await log.verify()).toMatchObject({ ok: true });
  });

  it('keeps nothing of a redacted value, and hashes what it kept', async () => {
    const log = await database.log({ table: 'redacted', redact: ['password', 'cards.*.number'] });
    await log.record({
      recordId: ORDER,
      changeType: 'UPDATED',
      before: { password: 'hunter2', cards: [{ number: '4242 4242', brand: 'visa' }] },
      after: { password: 'correct horse', cards: [{ number: '5105 5105', brand: 'visa' }] },
      actor,
    });
    const stored = JSON.stringify(await database.rows('SELECT * FROM redacted'));
    expect(stored).not.toMatch(/hunter2|correct horse|4242 4242|5105 5105/);
    expect((await log.history(ORDER)).items[0]?.after).toEqual({
      password: '[redacted]',
      cards: [{ number: '[redacted]', brand: 'visa' }],
    });
    expect(await log.verify()).toMatchObject({ ok: true });
  });

  it('refuses an image over maxValueBytes, or keeps its digest', async () => {
    const small = { table: 'sized', maxValueBytes: 64 } as const;
    const change = { recordId: ORDER, changeType: 'UPDATED', after: 'x'.repeat(63), actor };
    const strict = await database.log(small);
    await expect(strict.record(change)).rejects.toMatchObject({
      code: 'ERR_AUDIT_VALUE_TOO_LARGE',
      limitBytes: 64,
      message:
        "An image of the record is larger than maxValueBytes (64). Record less of it, raise the limit, or set oversize: 'digest'.",
    });
    await strict.record({ ...change, after: 'x'.repeat(62) });
    const lenient = await database.log({ ...small, oversize: 'digest' });
    await lenient.record(change);
    expect((await lenient.history(ORDER)).items[1]?.after).toEqual({
      $sha256: '349ce33d127f84be4af98c636166aa885fcaaaa3b7b4a92689a73af084d13413',
      sizeBytes: 65,
    });
  });

  it('refuses a change that nobody made, unless there is a system actor', async () => {
    const log = await database.log({ table: 'actors' });
    const change = { recordId: ORDER, changeType: 'EXPIRED' };
    await expect(log.record(change)).rejects.toMatchObject({ code: 'ERR_AUDIT_ACTOR_MISSING' });
    const system = await database.log({ table: 'actors', systemActor: { id: BOB, type: 'system' } });
    await system.record(change);
    await system.record({ ...change, actor });
    expect((await log.history(ORDER)).items.map((entry) => entry.actor)).toEqual([
      { id: BOB, type: 'system' },
      { id: ADA, type: 'user' },
    ]);
  });

  it.each([
    [
      { recordId: '17' },
      "recordId is not a UUID. Give a UUID, or make the log and its tables with ids: 'text'.",
    ],
    [
      { actor: { id: 'ada' } },
      "actor.id is not a UUID. Give a UUID, or make the log and its tables with ids: 'text'.",
    ],
    [{ actor: { id: ADA, type: 'x'.repeat(21) } }, 'actor.type must be a text of 1 to 20 characters.'],
    [{ changeType: 'x'.repeat(51) }, 'changeType must be a text of 1 to 50 characters.'],
    [{ tenantId: '' }, 'tenantId must be a text of 1 to 200 characters.'],
  ])('refuses %o', async (wrong, message) => {
    const log = await database.log({ table: 'wrong' });
    const change = { recordId: ORDER, changeType: 'UPDATED', actor, ...wrong };
    await expect(log.record(change)).rejects.toMatchObject({ code: 'ERR_AUDIT_OPTION', message });
    expect(await database.rows('SELECT * FROM wrong_context')).toEqual([]);
  });

  it("takes any id with ids: 'text'", async () => {
    const log = await database.log({ table: 'with_text', ids: 'text' });
    await log.record({ recordId: '17', changeType: 'UPDATED', after: 1, actor: { id: 'ada' } });
    expect((await log.history('17')).items).toMatchObject([{ recordId: '17', actor: { id: 'ada' } }]);
    expect(await log.verify()).toMatchObject({ ok: true, checked: 1 });
  });

  it('cuts a correlation id to the 100 characters of its column, and finds it by the whole', async () => {
    const log = await database.log({ table: 'long_ids' });
    const correlationId = 'c'.repeat(128);
    await runWithTrace(createTraceContext({ correlationId }), () =>
      log.record({ recordId: ORDER.toUpperCase(), changeType: 'UPDATED', actor }),
    );
    expect((await log.search({ correlationId })).items).toMatchObject([
      { recordId: ORDER, correlationId: 'c'.repeat(100) },
    ]);
  });
});
