import { Readable } from 'node:stream';
import { createTraceContext, runWithTrace } from '@holdfast/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchOptions } from '../src/index.ts';
import { ADA, BOB, collect, databases, ORDER, OTHER, type TestDatabase, type TestLog } from './databases.ts';

describe.each(databases)('reading on %s', (_name, open) => {
  let database: TestDatabase;
  let log: TestLog;
  beforeAll(async () => {
    database = await open();
    log = await database.log();
    for (let n = 1; n <= 7; n += 1) {
      await runWithTrace(createTraceContext({ correlationId: `corr-${n}` }), () =>
        log.record({
          recordId: n === 4 ? OTHER : ORDER,
          recordType: n === 4 ? 'invoice' : 'order',
          changeType: n === 1 ? 'CREATED' : 'UPDATED',
          ...(n === 1 ? {} : { before: { n: n - 1, kept: true } }),
          after: { n, kept: true },
          actor: { id: n % 2 === 0 ? ADA : BOB },
          tenantId: n > 5 ? 't2' : 't1',
        }),
      );
      // Changes 2 and 3 have the same time: the order is that of writing.
      if (n !== 2) await database.clock.advance(1000);
    }
  });
  afterAll(() => database.close());

  const numbers = (entries: readonly { after: unknown }[]) =>
    entries.map(({ after }) => (after as { n: number }).n);

  it('gives the timeline of a record, oldest first, each step with its difference', async () => {
    const { items: entries, nextCursor } = await log.history(ORDER);
    expect(numbers(entries)).toEqual([1, 2, 3, 5, 6, 7]);
    expect(entries[1]?.diff).toEqual([{ path: '/n', kind: 'changed', before: 1, after: 2 }]);
    expect(nextCursor).toBeUndefined();
  });

  it.each(['oldest', 'newest'] as const)('turns pages without a gap or a double, %s first', async (first) => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await log.history(ORDER, { limit: 2, first, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...numbers(page.items));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(first === 'oldest' ? [1, 2, 3, 5, 6, 7] : [7, 6, 5, 3, 2, 1]);
  });

  it.each([
    [{ actorId: ADA }, [6, 4, 2]],
    [{ actorId: ADA.toUpperCase(), recordType: 'order' }, [6, 2]],
    [{ correlationId: 'corr-3' }, [3]],
    [{ recordId: OTHER }, [4]],
    [{ changeType: 'CREATED' }, [1]],
    [{ since: new Date('2026-01-01T00:00:02.000Z'), until: new Date('2026-01-01T00:00:04.000Z') }, [5, 4]],
    [{ tenantId: 't2' }, [7, 6]],
    [{ tenantId: "t1' OR '1'='1" }, []],
  ])('finds by %o, newest first', async (options, expected) => {
    expect(numbers((await log.search(options)).items)).toEqual(expected);
  });

  it('shows a tenant only its own changes', async () => {
    await runWithTrace(createTraceContext({ tenantId: 't2' }), async () => {
      expect(numbers((await log.history(ORDER)).items)).toEqual([6, 7]);
      expect(await collect(log.export())).toHaveLength(2);
      expect(numbers((await log.search({ acrossTenants: true })).items)).toHaveLength(7);
    });
  });

  it('exports every change as a line of JSON, in the order of the chain', async () => {
    const lines = await collect(log.export({ batchSize: 2 }));
    expect(lines.map(({ seq }) => seq)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(lines[3]).toMatchObject({
      recordId: OTHER,
      recordType: 'invoice',
      changeType: 'UPDATED',
      actorId: ADA,
      actorType: 'user',
      correlationId: 'corr-4',
      tenantId: 't1',
      chain: 'global',
      before: { n: 3, kept: true },
      after: { n: 4, kept: true },
    });
    expect(lines[3]?.['previousHash']).toBe(lines[2]?.['hash']);
  });

  it('goes on with an export behind the id that came last', async () => {
    const lines = await collect(log.export());
    const after = String(lines[4]?.['id']);
    expect((await collect(log.export({ after }))).map(({ seq }) => seq)).toEqual(['6', '7']);
  });

  it('exports as a stream', async () => {
    const chunks: string[] = [];
    for await (const chunk of Readable.from(log.export())) chunks.push(String(chunk));
    expect(chunks.join('').split('\n')).toHaveLength(8);
  });

  it('exports by writing order where no chain is kept, and each tenant by its own chain', async () => {
    const loose = await database.log({ table: 'loose', chain: 'none' });
    const byTenant = await database.log({ table: 'by_tenant', chain: 'tenant' });
    for (const [index, tenantId] of ['t1', 't2', 't1'].entries()) {
      const change = { recordId: ORDER, changeType: 'UPDATED', after: index, actor: { id: ADA }, tenantId };
      await loose.record(change);
      await byTenant.record(change);
    }
    const afters = async (lines: AsyncIterable<string>) => (await collect(lines)).map(({ after }) => after);
    expect(await afters(loose.export({ batchSize: 2 }))).toEqual([0, 1, 2]);
    expect(await afters(byTenant.export({ tenantId: 't1' }))).toEqual([0, 2]);
    expect(await afters(byTenant.export({ acrossTenants: true }))).toEqual([0, 1, 2]);
  });

  it.each([
    [() => log.search({ limit: 0 }), 'limit is 0; it must be an integer from 1 to 1000.'],
    [
      () => log.search({ cursor: 'x' }),
      'cursor is none that a page gave; pass nextCursor of the page before as it is.',
    ],
    [
      () => log.search({ cursor: '2026-02-30T00:00:00.000000Z/1' }),
      'cursor is none that a page gave; pass nextCursor of the page before as it is.',
    ],
    [
      () => log.search({ cursor: `2026-01-01T00:00:00.000Z/${'9'.repeat(19)}` }),
      'cursor is none that a page gave; pass nextCursor of the page before as it is.',
    ],
    [
      () => log.search({ cursor: Object.create(null) as string }),
      'cursor is none that a page gave; pass nextCursor of the page before as it is.',
    ],
  ])('refuses what cannot be meant: %s', async (call, message) => {
    await expect(call()).rejects.toMatchObject({ code: 'ERR_AUDIT_OPTION', message });
  });

  it.each([
    ['of another form', '17'],
    ['with a NUL', `${ORDER}\0`],
    ['longer than the column', 'x'.repeat(500_000)],
    ['that is empty', ''],
    ['that is not there at all', undefined as unknown as string],
  ])('knows of no change of an id %s, which a client may send', async (_name, id) => {
    const none = { items: [], nextCursor: undefined };
    expect(await log.history(id)).toEqual(none);
    const byText = await database.log({ table: 'by_text', ids: 'text' });
    await byText.record({ recordId: '1', changeType: 'CREATED', after: 1, actor: { id: 'ada' } });
    if (id !== '17') expect(await byText.history(id)).toEqual(none);
  });

  it.each([
    { recordId: 'x' },
    { actorId: '\0' },
    { correlationId: '\0' },
    { changeType: '\uD800' },
    { recordType: 'x'.repeat(101) },
    { recordId: [ORDER] },
    { actorId: { not: ADA } },
    { correlationId: 17 },
    { correlationId: ['corr-3'] },
    { changeType: { like: '%' } },
    { recordType: null },
    { since: new Date(8.64e15) },
    { until: new Date(-8.64e15) },
  ])('finds nothing by %o, which no change can have', async (options) => {
    expect(await log.search(options as SearchOptions)).toEqual({ items: [], nextCursor: undefined });
  });

  it('takes a time before and after all others for no bound', async () => {
    const all = { since: new Date(-8.64e15), until: new Date(8.64e15) };
    expect(numbers((await log.search(all)).items)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it.each<['search' | 'export', Record<string, unknown>, string]>([
    ['search', { since: new Date(Number.NaN) }, 'since is not a valid Date.'],
    ['search', { since: '2026-01-01' }, 'since is not a valid Date.'],
    ['search', { until: { gt: 'hunter2' } }, 'until is not a valid Date.'],
    ['search', { tenantId: 't1\0' }, 'tenantId must be a text of 1 to 200 characters.'],
    ['search', { tenantId: ['t1', 't2'] }, 'tenantId must be a text of 1 to 200 characters.'],
    ['search', { tenantId: { not: 't2' } }, 'tenantId must be a text of 1 to 200 characters.'],
    ['export', { tenantId: '\uD800' }, 'tenantId must be a text of 1 to 200 characters.'],
    ['export', { after: ORDER }, 'after is not the id of a change in this log.'],
    ['export', { after: '17' }, 'after is not the id of a change.'],
    ['export', { after: [ORDER] }, 'after is not the id of a change.'],
  ])(
    'refuses a filter that cannot be meant, as a client may send it: %s by %o',
    async (way, given, message) => {
      const call = way === 'search' ? log.search(given) : collect(log.export(given));
      const filter = Object.keys(given)[0];
      await expect(call).rejects.toMatchObject({ code: 'ERR_AUDIT_FILTER', filter, message });
    },
  );

  it('refuses a tenant that cannot be before it reads the chain', async () => {
    const byTenant = await database.log({ table: 'checked', chain: 'tenant' });
    const refused = { code: 'ERR_AUDIT_FILTER', filter: 'tenantId' };
    await expect(byTenant.verify({ tenantId: 't1\0' })).rejects.toMatchObject(refused);
    await expect(byTenant.anchor({ tenantId: '' })).rejects.toMatchObject(refused);
  });

  it('takes the text false for no acrossTenants', async () => {
    const given = { tenantId: 't2', acrossTenants: 'false' as unknown as boolean };
    expect(numbers((await log.search(given)).items)).toEqual([7, 6]);
    expect(await collect(log.export(given))).toHaveLength(2);
  });

  it('says what to do when the tables are not there', async () => {
    const gone = await database.log({ table: 'gone' });
    await database.run(`DROP TABLE gone${database.name === 'sqlite' ? '' : ' CASCADE'}`);
    await expect(gone.search()).rejects.toMatchObject({
      code: 'ERR_AUDIT_STORE',
      busy: false,
      message: expect.stringMatching(
        /^The database could not read the audit log \(\w+\)\. Roll your transaction back .* run the migration\.$/,
      ),
    });
  });
});
