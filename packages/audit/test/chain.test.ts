import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actor, databases, ORDER, type TestDatabase, type TestLog } from './databases.ts';

/** Each starts with five changes of one record: its `n` goes from 1 to 5. */
describe.each(databases)('verify() on %s', (_name, open) => {
  let database: TestDatabase;
  let count = 0;
  let table = '';
  let log: TestLog;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  async function five(): Promise<void> {
    table = `attack_${(count += 1)}`;
    log = await database.log({ table });
    await add([1, 2, 3, 4, 5]);
  }

  async function add(values: readonly number[]): Promise<void> {
    for (const n of values) {
      await database.clock.advance(1000);
      await log.record({ recordId: ORDER, changeType: 'UPDATED', after: { n }, actor });
    }
  }

  const tamper = (sql: string) => database.tamper(table, sql.replaceAll('{t}', table));
  const json = (value: string) => (database.name === 'sqlite' ? `'${value}'` : `'${value}'::jsonb`);
  const idOf = (seq: number) =>
    `(SELECT x.change_id FROM {t}_context x JOIN {t}_chain l ON l.position = x.position WHERE l.seq = ${seq})`;

  it('finds nothing in a chain that nobody touched', async () => {
    await five();
    const anchor = await log.anchor();
    expect(anchor).toEqual({ chain: 'global', seq: 5, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await log.verify({ anchor })).toEqual({ ok: true, checked: 5, head: anchor });
  });

  it('says that an empty chain is empty', async () => {
    const empty = await database.log({ table: 'empty' });
    expect(await empty.anchor()).toEqual({ chain: 'global', seq: 0, hash: '' });
    expect(await empty.verify()).toEqual({
      ok: true,
      checked: 0,
      head: { chain: 'global', seq: 0, hash: '' },
    });
  });

  it.each([
    ['new_value', (): string => json('{"n": 33}')],
    ['previous_value', (): string => json('null')],
    ['change_type', (): string => "'FORGED'"],
    ['changed_by_id', (): string => `'${ORDER}'`],
    ['request_id', (): string => `'${actor.id}'`],
    ['changed_by_type', (): string => "'robot'"],
    ['correlation_id', (): string => "'elsewhere'"],
    ['created_at', (): string => "'2020-01-01T00:00:00.000Z'"],
  ])('finds that %s was edited', async (column, value) => {
    await five();
    await tamper(`UPDATE {t} SET ${column} = ${value()} WHERE id = ${idOf(3)}`);
    expect(await log.verify()).toMatchObject({
      ok: false,
      checked: 2,
      broken: { reason: 'changed', seq: 3 },
    });
  });

  it('finds that the context of a change was edited', async () => {
    await five();
    await tamper(`UPDATE {t}_context SET tenant_id = 'another' WHERE change_id = ${idOf(4)}`);
    expect(await log.verify()).toMatchObject({
      ok: false,
      checked: 3,
      broken: { reason: 'changed', seq: 4 },
    });
  });

  it('finds that two changes were swapped', async () => {
    await five();
    await tamper(`UPDATE {t}_chain SET position = -seq WHERE seq IN (2, 3)`);
    await tamper(`UPDATE {t}_chain SET position = CASE seq WHEN 2 THEN 3 ELSE 2 END WHERE seq IN (2, 3)`);
    expect(await log.verify()).toMatchObject({ ok: false, broken: { reason: 'changed', seq: 2 } });
  });

  it('finds that a change was deleted from the middle, with or without its link', async () => {
    await five();
    await tamper(`DELETE FROM {t} WHERE id = ${idOf(3)}`);
    expect(await log.verify()).toMatchObject({ ok: false, broken: { reason: 'missing-change', seq: 3 } });
    await tamper(`DELETE FROM {t}_chain WHERE seq = 3`);
    expect(await log.verify()).toMatchObject({ ok: false, broken: { reason: 'missing-link', seq: 3 } });
    await tamper(`UPDATE {t}_chain SET seq = seq - 1 WHERE seq > 3`);
    expect(await log.verify()).toMatchObject({ ok: false, broken: { reason: 'unlinked', seq: 3 } });
  });

  it('finds a tail that was cut by an anchor, and only by an anchor', async () => {
    await five();
    const anchor = await log.anchor();
    await tamper(
      `DELETE FROM {t} WHERE id IN (${idOf(5)}); DELETE FROM {t}_context WHERE position = 5; DELETE FROM {t}_chain WHERE seq = 5`,
    );
    expect(await log.verify()).toMatchObject({ ok: true, checked: 4 });
    expect(await log.verify({ anchor })).toMatchObject({
      ok: false,
      broken: { reason: 'missing-tail', seq: 5 },
    });
  });

  it('finds the changes that a cut of links left behind', async () => {
    await five();
    await tamper(`DELETE FROM {t}_chain WHERE seq = 5`);
    expect(await log.verify()).toMatchObject({
      ok: false,
      checked: 4,
      broken: { reason: 'unsealed', seq: 0 },
    });
  });

  it('finds a chain that was written anew by an anchor, and only by an anchor', async () => {
    await five();
    const anchor = await log.anchor();
    await tamper(`DELETE FROM {t}; DELETE FROM {t}_context; DELETE FROM {t}_chain`);
    if (database.name === 'postgresql') await database.run(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    await add([1, 2, 33, 4, 5]);
    expect(await log.verify()).toMatchObject({ ok: true, checked: 5 });
    expect(await log.verify({ anchor })).toMatchObject({
      ok: false,
      checked: 4,
      broken: { reason: 'anchor-mismatch', seq: 5 },
    });
  });

  it('goes on from a trusted anchor, and does not read what came before', async () => {
    await five();
    const from = await log.anchor();
    await add([6, 7]);
    expect(await log.verify({ from })).toMatchObject({ ok: true, checked: 2, head: { seq: 7 } });
    await tamper(`UPDATE {t} SET change_type = 'FORGED' WHERE id = ${idOf(1)}`);
    expect(await log.verify({ from })).toMatchObject({ ok: true, checked: 2 });
    expect(await log.verify({ from: { ...from, hash: 'f'.repeat(64) } })).toMatchObject({
      ok: false,
      broken: { reason: 'anchor-mismatch', seq: 5 },
    });
    expect(await log.verify({ from: { ...from, seq: 9 } })).toMatchObject({
      ok: false,
      broken: { reason: 'missing-tail', seq: 9 },
    });
  });

  it('agrees with every anchor of a list, and keeps its batches small', async () => {
    await five();
    const first = await log.anchor();
    await add([6, 7]);
    const second = await log.anchor();
    const seen: object[] = [];
    const verified = await log.verify({
      anchor: [first, second],
      batchSize: 3,
      onProgress: (progress) => void seen.push(progress),
    });
    expect(verified).toMatchObject({ ok: true, checked: 7 });
    expect(seen).toEqual([
      { checked: 3, seq: 3 },
      { checked: 6, seq: 6 },
      { checked: 7, seq: 7 },
    ]);
  });

  it('stops when its signal is aborted', async () => {
    await five();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(log.verify({ signal })).rejects.toThrow('enough');
  });

  it('keeps one chain for each tenant where it is asked to', async () => {
    const byTenant = await database.log({ table: 'by_tenant', chain: 'tenant' });
    const change = { recordId: ORDER, changeType: 'UPDATED', actor };
    for (const tenantId of ['t1', 't2', 't1']) await byTenant.record({ ...change, tenantId });
    expect(await byTenant.anchor({ tenantId: 't1' })).toMatchObject({ chain: 'tenant:t1', seq: 2 });
    expect(await byTenant.verify({ tenantId: 't2' })).toMatchObject({ ok: true, checked: 1 });
    await expect(byTenant.record(change)).rejects.toMatchObject({ code: 'ERR_AUDIT_TENANT_MISSING' });
    await expect(byTenant.verify()).rejects.toMatchObject({ code: 'ERR_AUDIT_TENANT_MISSING' });
    const anchor = await byTenant.anchor({ tenantId: 't1' });
    await expect(byTenant.verify({ tenantId: 't2', anchor })).rejects.toThrow('another chain');
  });

  it('has nothing to read where no chain is kept', async () => {
    const loose = await database.log({ table: 'loose', chain: 'none' });
    await loose.record({ recordId: ORDER, changeType: 'UPDATED', actor });
    await expect(loose.verify()).rejects.toMatchObject({ code: 'ERR_AUDIT_OPTION' });
    expect(await loose.seal()).toBe(0);
    expect((await loose.search()).items).toHaveLength(1);
  });
});
