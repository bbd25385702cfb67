import { createTraceContext, runWithTrace } from '@holdfast/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineSchema } from '../src/index.ts';
import { databases, MARKS, type Repository, type TestDatabase } from './databases.ts';

const TABLES = `
  CREATE TABLE events (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL, note TEXT, ${MARKS});
  CREATE UNIQUE INDEX events_name ON events (tenant_id, name) WHERE deleted_at IS NULL;
  CREATE TABLE contests (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, event_id TEXT REFERENCES events (id), ${MARKS});
  CREATE TABLE scores (id TEXT PRIMARY KEY, contest_id TEXT REFERENCES contests (id), ${MARKS});
  CREATE TABLE contracts (id TEXT PRIMARY KEY, event_id TEXT REFERENCES events (id), ${MARKS});
  CREATE TABLE photos (id TEXT PRIMARY KEY, event_id TEXT REFERENCES events (id));
  CREATE TABLE letters (id TEXT PRIMARY KEY, event_id TEXT, ${MARKS});
  CREATE TABLE folders (id TEXT PRIMARY KEY, parent_id TEXT REFERENCES folders (id), ${MARKS});
`;
const NAMES = ['scores', 'contests', 'contracts', 'photos', 'letters', 'events', 'folders'];

const schema = defineSchema({
  events: { tenantColumn: 'tenant_id' },
  contests: {
    tenantColumn: 'tenant_id',
    relations: [{ foreignKey: 'event_id', parent: 'events', onDelete: 'cascade' }],
  },
  scores: { relations: [{ foreignKey: 'contest_id', parent: 'contests', onDelete: 'cascade' }] },
  contracts: { relations: [{ foreignKey: 'event_id', parent: 'events', onDelete: 'restrict' }] },
  photos: {
    softDelete: false,
    relations: [{ foreignKey: 'event_id', parent: 'events', onDelete: 'set null' }],
  },
  letters: { relations: [{ foreignKey: 'event_id', parent: 'events', onDelete: 'keep' }] },
  folders: { relations: [{ foreignKey: 'parent_id', parent: 'folders', onDelete: 'cascade' }] },
});

const T = { tenantId: 't1' };

describe.each(databases)('the repository on %s', (_name, open) => {
  let database: TestDatabase;
  let events: Repository;
  let contests: Repository;
  let scores: Repository;
  let contracts: Repository;
  let letters: Repository;
  let folders: Repository;

  beforeAll(async () => {
    database = await open();
    await database.run(TABLES);
    const repository = (table: string) => database.repository(schema, table);
    events = repository('events');
    contests = repository('contests');
    scores = repository('scores');
    contracts = repository('contracts');
    letters = repository('letters');
    folders = repository('folders');
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    for (const name of NAMES) await database.run(`DELETE FROM ${name}`);
    await events.insert({ id: 'e1', name: 'Spring' }, T);
    await contests.insert({ id: 'c1', event_id: 'e1' }, T);
    await contests.insert({ id: 'c2', event_id: 'e1' }, T);
    await scores.insert({ id: 's1', contest_id: 'c1' }, T);
  });

  const ids = async (repository: Repository, options: object = T): Promise<unknown[]> =>
    (await repository.findMany({}, { ...options, orderBy: { id: 'asc' } })).map((row) => row['id']);

  describe('delete', () => {
    it('marks the row with who, when and which act', async () => {
      const act = createTraceContext({ userId: 'ada', tenantId: 't1' });
      const { deletionId, counts } = await runWithTrace(act, () => events.delete('e1'));
      expect(counts).toEqual({ events: 1, contests: 2, scores: 1 });
      const row = await events.find('e1', { ...T, onlyDeleted: true });
      expect(row).toMatchObject({ deleted_by: 'ada', deletion_id: deletionId });
      expect(new Date(row?.['deleted_at'] as number).getTime()).toBe(database.clock.wallTime());
    });

    it('hides the row from find, findMany and count', async () => {
      await events.delete('e1', T);
      expect(await events.find('e1', T)).toBeUndefined();
      expect(await ids(events)).toEqual([]);
      expect(await events.count({}, T)).toBe(0);
      expect(await events.count({}, { ...T, includeDeleted: true })).toBe(1);
    });

    it('is refused for a row that is not there or deleted already', async () => {
      await contests.delete('c2', T);
      await expect(contests.delete('c2', T)).rejects.toMatchObject({ code: 'ERR_SOFT_DELETE_NOT_FOUND' });
      await expect(contests.delete('none', T)).rejects.toMatchObject({ code: 'ERR_SOFT_DELETE_NOT_FOUND' });
    });

    it('changes nothing when a live row restricts it, and passes when that one is deleted', async () => {
      await contracts.insert({ id: 'k1', event_id: 'e1' });
      await expect(events.delete('e1', T)).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_RESTRICTED',
        child: 'contracts',
      });
      expect(await ids(contests)).toEqual(['c1', 'c2']);
      await contracts.delete('k1');
      await events.delete('e1', T);
      expect(await ids(contests)).toEqual([]);
    });

    it('sets a foreign key to null or leaves it, as the relation says', async () => {
      await database.run(`INSERT INTO photos VALUES ('p1', 'e1')`);
      await database.run(`INSERT INTO letters (id, event_id) VALUES ('l1', 'e1')`);
      await events.delete('e1', T);
      expect(await database.rows('SELECT event_id FROM photos')).toEqual([{ event_id: null }]);
      expect(await letters.find('l1')).toMatchObject({ event_id: 'e1', deleted_at: null });
    });

    it('ends on rows that refer to one another in a circle', async () => {
      await database.run(`INSERT INTO folders (id) VALUES ('f1'), ('f2'), ('f3')`);
      await database.run(
        `UPDATE folders SET parent_id = CASE id WHEN 'f1' THEN 'f3' WHEN 'f2' THEN 'f1' ELSE 'f2' END`,
      );
      expect((await folders.delete('f2')).counts).toEqual({ folders: 3 });
      await folders.restore('f3');
      expect(await folders.count()).toBe(3);
    });

    it('marks all rows of deleteMany in one act', async () => {
      const { deletionId, count } = await contests.deleteMany({ event_id: 'e1' }, T);
      expect(count).toBe(2);
      expect((await contests.restoreDeletion(deletionId, T)).counts).toEqual({ contests: 2, scores: 1 });
    });
  });

  describe('restore', () => {
    it('brings back exactly what the act deleted, not what was deleted before', async () => {
      await contests.delete('c2', T);
      await events.delete('e1', T);
      expect((await events.restore('e1', T)).counts).toEqual({ events: 1, contests: 1, scores: 1 });
      expect(await ids(contests)).toEqual(['c1']);
      expect(await events.find('e1', T)).toMatchObject({
        deleted_at: null,
        deleted_by: null,
        deletion_id: null,
      });
    });

    it('is refused while a live twin has the unique value, and changes nothing', async () => {
      await events.delete('e1', T);
      await events.insert({ id: 'e2', name: 'Spring' }, T);
      await expect(events.restore('e1', T)).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_RESTORE_CONFLICT',
        table: 'events',
      });
      expect(await ids(events)).toEqual(['e2']);
      expect(await ids(contests)).toEqual([]);
      await events.delete('e2', T);
      await events.restore('e1', T);
      expect(await ids(contests)).toEqual(['c1', 'c2']);
    });

    it('is refused while the parent is deleted, and changes nothing', async () => {
      await contests.delete('c2', T);
      await events.delete('e1', T);
      await expect(contests.restore('c2', T)).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_PARENT_DELETED',
        parent: 'events',
      });
      await events.restore('e1', T);
      await contests.restore('c2', T);
      expect(await ids(contests)).toEqual(['c1', 'c2']);
    });

    it('is refused for a row that is live', async () => {
      await expect(events.restore('e1', T)).rejects.toMatchObject({ code: 'ERR_SOFT_DELETE_NOT_FOUND' });
    });

    it('brings back a single row that was marked without an act', async () => {
      const marked = database.name === 'sqlite' ? '1' : 'now()';
      await database.run(`UPDATE contests SET deleted_at = ${marked}`);
      expect(await contests.restore('c1', T)).toEqual({ deletionId: undefined, counts: { contests: 1 } });
      expect(await ids(contests)).toEqual(['c1']);
    });
  });

  describe('insert', () => {
    it('is refused under a deleted parent', async () => {
      await events.delete('e1', T);
      await expect(contests.insert({ id: 'c9', event_id: 'e1' }, T)).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_PARENT_DELETED',
      });
    });

    it('is refused for the columns that mark a row', async () => {
      await expect(scores.insert({ id: 's9', deleted_at: 1 }, T)).rejects.toThrow(
        'insert: values names "deleted_at", which only delete and restore write.',
      );
    });
  });

  describe('tenants', () => {
    it('are refused when none is known', async () => {
      await expect(events.findMany()).rejects.toMatchObject({ code: 'ERR_SOFT_DELETE_TENANT_MISSING' });
    });

    it('never see, delete, restore, erase or remove rows of another one', async () => {
      const other = { tenantId: 't2' };
      expect(await events.find('e1', other)).toBeUndefined();
      expect(await ids(events, other)).toEqual([]);
      const notFound = { code: 'ERR_SOFT_DELETE_NOT_FOUND' };
      await expect(events.delete('e1', other)).rejects.toMatchObject(notFound);
      await expect(events.erase('e1', { note: null }, other)).rejects.toMatchObject(notFound);
      await expect(events.forceDelete('e1', other)).rejects.toMatchObject(notFound);
      const { deletionId } = await events.delete('e1', T);
      await expect(events.restore('e1', other)).rejects.toMatchObject(notFound);
      await expect(events.restoreDeletion(deletionId, other)).rejects.toMatchObject(notFound);
      expect((await events.purge({ ...other, olderThanMs: 0 })).removed).toBe(0);
      expect(await ids(events, { ...T, onlyDeleted: true })).toEqual(['e1']);
    });

    it('cannot write rows of another one, or under its rows', async () => {
      await expect(
        events.insert({ id: 'e3', name: 'x', tenant_id: 't1' }, { tenantId: 't2' }),
      ).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_TENANT_MISMATCH',
      });
      await expect(contests.insert({ id: 'c3', event_id: 'e1' }, { tenantId: 't2' })).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_PARENT_DELETED',
      });
    });

    it('own the rows below theirs that have no tenant column', async () => {
      expect(await ids(scores)).toEqual(['s1']);
      expect(await ids(scores, { tenantId: 't2' })).toEqual([]);
      await expect(scores.delete('s1', { tenantId: 't2' })).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_NOT_FOUND',
      });
      await expect(scores.findMany()).rejects.toMatchObject({ code: 'ERR_SOFT_DELETE_TENANT_MISSING' });
    });

    it('are all reached by maintenance that asks for it', async () => {
      expect(await events.count({}, { acrossTenants: true })).toBe(1);
    });
  });

  describe('purge', () => {
    it('removes what is older than the retention time, children first', async () => {
      await events.delete('e1', T);
      await database.clock.advance(1000);
      expect((await events.purge({ ...T, olderThanMs: 1001 })).removed).toBe(0);
      expect(await events.purge({ ...T, olderThanMs: 1000 })).toEqual({
        counts: { scores: 1, contests: 2, events: 1 },
        removed: 4,
        more: false,
      });
      expect(await database.rows('SELECT * FROM events')).toEqual([]);
    });

    it('removes no more rows in one call than the batch holds', async () => {
      await events.delete('e1', T);
      const sizes: number[] = [];
      for (let more = true; more; ) {
        const outcome = await events.purge({ ...T, olderThanMs: 0, batchSize: 3 });
        sizes.push(outcome.removed);
        more = outcome.more;
      }
      expect(sizes).toEqual([3, 1]);
    });

    it('keeps a row to which a live one still refers', async () => {
      await events.delete('e1', T);
      await database.run(`INSERT INTO letters (id, event_id) VALUES ('l1', 'e1')`);
      await events.purge({ ...T, olderThanMs: 0 });
      expect(await ids(events, { ...T, onlyDeleted: true })).toEqual(['e1']);
    });

    it('removes rows that refer to one another in a circle', async () => {
      await database.run(`INSERT INTO folders (id) VALUES ('f1'), ('f2'), ('f3')`);
      await database.run(
        `UPDATE folders SET parent_id = CASE id WHEN 'f1' THEN 'f3' WHEN 'f2' THEN 'f1' ELSE 'f2' END`,
      );
      await folders.delete('f1');
      expect((await folders.purge({ olderThanMs: 0, batchSize: 2 })).removed).toBe(2);
      expect((await folders.purge({ olderThanMs: 0 })).removed).toBe(1);
    });
  });

  describe('erase', () => {
    it('overwrites values of a row, deleted or not, and keeps the row', async () => {
      await database.run(`UPDATE events SET note = 'secret'`);
      await events.delete('e1', T);
      await events.erase('e1', { note: null, name: 'erased' }, T);
      expect(await events.find('e1', { ...T, includeDeleted: true })).toMatchObject({
        note: null,
        name: 'erased',
      });
    });

    it('refuses the columns that hold the row together', async () => {
      await expect(events.erase('e1', { tenant_id: 'x' }, T)).rejects.toThrow(
        'erase: values names "tenant_id", which keys, tenants or relations are made of; it is kept.',
      );
    });
  });

  it('reads by column, list and null, in an order and a page', async () => {
    const last = { ...T, orderBy: { id: 'desc' }, limit: 1 } as const;
    expect(await contests.findMany({ id: ['c1', 'c2'] }, last)).toMatchObject([{ id: 'c2' }]);
    expect(await contests.findMany({ event_id: null }, T)).toEqual([]);
    expect(await contests.findMany({ id: [] }, T)).toEqual([]);
    expect(await contests.findMany({}, { ...T, orderBy: { id: 'asc' }, offset: 1 })).toMatchObject([
      { id: 'c2' },
    ]);
  });

  it('takes names that need quoting or try to inject', async () => {
    const name = `weird"; DROP TABLE events; --`;
    await database.run(
      `CREATE TABLE "weird""; DROP TABLE events; --" (id TEXT PRIMARY KEY, "select" TEXT, ${MARKS})`,
    );
    const weird = database.repository({ [name]: {} }, name);
    await weird.insert({ id: 'w1', select: `'; DROP TABLE events; --` });
    await weird.delete('w1');
    await weird.restore('w1');
    expect(await weird.findMany({ select: `'; DROP TABLE events; --` })).toMatchObject([{ id: 'w1' }]);
    expect(await weird.findMany({ select: 'x' })).toEqual([]);
    await expect(weird.findMany({ 'id" IS NOT NULL OR "id': 'x' })).rejects.toThrow();
    expect(await ids(events)).toEqual(['e1']);
  });

  it('keeps a composite key and relation together', async () => {
    await database.run(`CREATE TABLE owners (org TEXT, nr INTEGER, ${MARKS}, PRIMARY KEY (org, nr))`);
    await database.run(`CREATE TABLE cars (org TEXT, nr INTEGER, plate TEXT PRIMARY KEY, ${MARKS})`);
    const composite = defineSchema({
      owners: { primaryKey: ['org', 'nr'] },
      cars: {
        primaryKey: 'plate',
        relations: [{ foreignKey: ['org', 'nr'], parent: 'owners', onDelete: 'cascade' }],
      },
    });
    const owners = database.repository(composite, 'owners');
    const cars = database.repository(composite, 'cars');
    await owners.insert({ org: 'a', nr: 1 });
    await owners.insert({ org: 'a', nr: 2 });
    await cars.insert({ org: 'a', nr: 1, plate: 'X' });
    await cars.insert({ org: 'a', nr: 2, plate: 'Y' });
    await owners.delete({ org: 'a', nr: 1 });
    expect(await cars.findMany()).toMatchObject([{ plate: 'Y' }]);
    await expect(owners.find('a')).rejects.toThrow('The key of "owners" has 2 columns');
    await expect(owners.find({ org: 'a' })).rejects.toThrow('The key of "owners" has no nr.');
  });

  it('refuses a table without the columns', async () => {
    await database.run('CREATE TABLE plain (id TEXT PRIMARY KEY)');
    const use = async () => database.repository({ plain: {} }, 'plain').count();
    await expect(use()).rejects.toMatchObject({
      code: 'ERR_SOFT_DELETE_MISSING_COLUMNS',
      missing: ['deleted_at', 'deleted_by', 'deletion_id'],
    });
    const missing = async () => database.repository({ nowhere: {} }, 'nowhere').count();
    await expect(missing()).rejects.toThrow('There is no table "nowhere"');
  });

  describe('a key that no row can have, as a client may send one', () => {
    const hostile = [
      'x',
      '1e400',
      '9'.repeat(100),
      '\0',
      '\uD800',
      '',
      ' ',
      "' OR 1=1 --",
      'x'.repeat(100_000),
    ];

    it.each([
      ['INTEGER', '1'],
      ['UUID', '00000001-0000-4000-8000-00000000000a'],
      ['TEXT', 'e1'],
    ])('is not found where keys are of type %s', async (type, taken) => {
      const table = `keyed_by_${type}`.toLowerCase();
      await database.run(`CREATE TABLE ${table} (id ${type} PRIMARY KEY, note TEXT, ${MARKS})`);
      await database.run(`INSERT INTO ${table} (id) VALUES ('${taken}')`);
      const rows = database.repository({ [table]: {} }, table);
      for (const id of hostile) {
        expect(await rows.find(id)).toBeUndefined();
        const acts = [rows.delete(id), rows.restore(id), rows.forceDelete(id), rows.erase(id, { note: 'x' })];
        for (const outcome of await Promise.allSettled(acts)) {
          expect(outcome).toMatchObject({
            status: 'rejected',
            reason: { code: 'ERR_SOFT_DELETE_NOT_FOUND' },
          });
        }
      }
      expect(await rows.find(taken)).toBeDefined();
    });
  });
});
