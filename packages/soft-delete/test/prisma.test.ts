import { createTraceContext, runWithTrace } from '@holdfast/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AnyClient, openPrisma, type PrismaDatabase } from './prisma-clients.ts';

describe.each(['sqlite', 'postgresql'] as const)('the Prisma extension on %s', (provider) => {
  let database: PrismaDatabase;
  let prisma: AnyClient;
  let raw: AnyClient;

  beforeAll(async () => {
    database = await openPrisma(provider);
    raw = database.raw;
    prisma = database.extended();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.clear();
    await raw.event.create({ data: { id: 'e1', tenantId: 't1', name: 'Spring' } });
    await raw.event.create({ data: { id: 'e2', tenantId: 't1', name: 'Autumn' } });
    await raw.contest.create({ data: { id: 'c1', tenantId: 't1', eventId: 'e1', size: 1 } });
    await raw.contest.create({ data: { id: 'c2', tenantId: 't1', eventId: 'e1', size: 2 } });
    await raw.score.create({ data: { id: 's1', contestId: 'c1', points: 5 } });
  });

  const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id).sort();
  const marks = (model: string, id: string) =>
    raw[model].findUnique({ where: { id }, select: { deletedAt: true, deletedBy: true, deletionId: true } });

  describe('softDelete', () => {
    it('marks the row and what depends on it with who, when and which act', async () => {
      const act = createTraceContext({ userId: 'ada' });
      const event = await runWithTrace(act, () => prisma.event.softDelete({ where: { id: 'e1' } }));
      expect(event).toMatchObject({
        id: 'e1',
        deletedBy: 'ada',
        deletedAt: new Date(database.clock.wallTime()),
      });
      expect((await marks('score', 's1')).deletionId).toBe(event.deletionId);
      expect((await marks('event', 'e2')).deletedAt).toBeNull();
    });

    it('takes a compound key, conditions beside it, and a selection', async () => {
      const where = { tenantId_name: { tenantId: 't1', name: 'Spring' }, note: null };
      expect(await prisma.event.softDelete({ where, select: { id: true } })).toEqual({ id: 'e1' });
    });

    it('is refused for a row that is deleted already', async () => {
      await prisma.event.softDelete({ where: { id: 'e1' } });
      await expect(prisma.event.softDelete({ where: { id: 'e1' } })).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_NOT_FOUND',
      });
    });

    it('changes nothing when a live row restricts it, also inside a transaction that goes on', async () => {
      await raw.contract.create({ data: { id: 'k1', eventId: 'e1' } });
      const restricted = { code: 'ERR_SOFT_DELETE_RESTRICTED', child: 'Contract' };
      await expect(prisma.event.softDelete({ where: { id: 'e1' } })).rejects.toMatchObject(restricted);
      await prisma.$transaction(async (tx: AnyClient) => {
        await expect(tx.event.softDelete({ where: { id: 'e1' } })).rejects.toMatchObject(restricted);
        await tx.event.update({ where: { id: 'e2' }, data: { note: 'went on' } });
      });
      expect(idsOf(await prisma.contest.findMany())).toEqual(['c1', 'c2']);
      expect(await prisma.event.findUnique({ where: { id: 'e2' } })).toMatchObject({ note: 'went on' });
    });

    it('sets a foreign key to null or leaves it, as the relation says', async () => {
      await raw.photo.create({ data: { id: 'p1', eventId: 'e1' } });
      await raw.letter.create({ data: { id: 'l1', eventId: 'e1' } });
      await prisma.event.softDelete({ where: { id: 'e1' } });
      expect(await raw.photo.findMany()).toEqual([{ id: 'p1', eventId: null }]);
      expect(await prisma.letter.findMany({ include: { event: true } })).toMatchObject([
        { eventId: 'e1', event: null },
      ]);
    });

    it('ends on rows that refer to one another in a circle', async () => {
      await raw.folder.createMany({ data: [{ id: 'f1' }, { id: 'f2' }] });
      await raw.folder.update({ where: { id: 'f1' }, data: { parentId: 'f2' } });
      await raw.folder.update({ where: { id: 'f2' }, data: { parentId: 'f1' } });
      await prisma.folder.softDelete({ where: { id: 'f1' } });
      expect(await prisma.folder.count()).toBe(0);
      await prisma.folder.restore({ where: { id: 'f2' } });
      expect(await prisma.folder.count()).toBe(2);
      await prisma.folder.softDelete({ where: { id: 'f1' } });
      expect((await prisma.folder.purge({ olderThanMs: 0 })).counts).toEqual({ Folder: 2 });
    });
  });

  describe('restore', () => {
    it('brings back exactly what the act deleted', async () => {
      await prisma.contest.softDelete({ where: { id: 'c2' } });
      await prisma.event.softDelete({ where: { id: 'e1' } });
      const event = await prisma.event.restore({ where: { id: 'e1' }, include: { contests: true } });
      expect(event).toMatchObject({ id: 'e1', deletedAt: null, deletedBy: null, deletionId: null });
      expect(idsOf(event.contests)).toEqual(['c1']);
      expect(await prisma.score.count()).toBe(1);
    });

    it('is refused while a live twin has the unique value, and changes nothing', async () => {
      await prisma.event.softDelete({ where: { id: 'e1' } });
      await prisma.event.create({ data: { id: 'e9', tenantId: 't1', name: 'Spring' } });
      const conflict = { code: 'ERR_SOFT_DELETE_RESTORE_CONFLICT', table: 'Event' };
      await expect(prisma.event.restore({ where: { id: 'e1' } })).rejects.toMatchObject(conflict);
      await prisma.$transaction(async (tx: AnyClient) => {
        await expect(tx.event.restore({ where: { id: 'e1' } })).rejects.toMatchObject(conflict);
        await tx.event.update({ where: { id: 'e9' }, data: { note: 'went on' } });
      });
      expect(idsOf(await prisma.event.findMany())).toEqual(['e2', 'e9']);
      expect(await prisma.contest.count()).toBe(0);
    });

    it('is refused while the parent is deleted', async () => {
      await prisma.contest.softDelete({ where: { id: 'c2' } });
      await prisma.event.softDelete({ where: { id: 'e1' } });
      await expect(prisma.contest.restore({ where: { id: 'c2' } })).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_PARENT_DELETED',
        parent: 'Event',
      });
    });

    it('undoes an act by its id', async () => {
      const { deletionId } = await prisma.event.softDelete({ where: { id: 'e1' } });
      expect(await prisma.event.restoreDeletion(deletionId)).toEqual({
        deletionId,
        counts: { Event: 1, Contest: 2, Score: 1 },
      });
    });
  });

  describe('transactions', () => {
    it('roll a delete back with the rest', async () => {
      const failed = prisma.$transaction(async (tx: AnyClient) => {
        await tx.event.softDelete({ where: { id: 'e1' } });
        expect(await tx.event.count()).toBe(1);
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await prisma.event.count()).toBe(2);
    });

    it('take deletes, acts and reads in a batch, which is done as a whole or not at all', async () => {
      const [, contests, restored] = await prisma.$transaction([
        prisma.event.delete({ where: { id: 'e1' } }),
        prisma.contest.count(),
        prisma.event.restore({ where: { id: 'e1' } }),
      ]);
      expect([contests, restored.id]).toEqual([0, 'e1']);
      const failed = prisma.$transaction([
        prisma.event.delete({ where: { id: 'e1' } }),
        prisma.event.delete({ where: { id: 'none' } }),
      ]);
      await expect(failed).rejects.toMatchObject({ code: 'P2025' });
      expect(await prisma.event.count()).toBe(2);
    });

    it('take acts at the same time, one after the other', async () => {
      await prisma.$transaction(async (tx: AnyClient) => {
        await Promise.all([
          tx.event.softDelete({ where: { id: 'e1' } }),
          tx.event.softDelete({ where: { id: 'e2' } }),
        ]);
      });
      expect(await prisma.event.count()).toBe(0);
    });
  });

  describe('nested writes', () => {
    it('mark what they delete, at any depth', async () => {
      await prisma.event.update({
        where: { id: 'e1' },
        data: { contests: { update: { where: { id: 'c1' }, data: { scores: { delete: { id: 's1' } } } } } },
      });
      expect((await marks('score', 's1')).deletedAt).not.toBeNull();
      await prisma.event.update({ where: { id: 'e1' }, data: { contests: { deleteMany: { size: 2 } } } });
      expect(idsOf(await prisma.contest.findMany())).toEqual(['c1']);
      expect(await raw.contest.count()).toBe(2);
    });

    it('do nothing when what they delete is not there', async () => {
      const write = { note: 'x', contests: { delete: { id: 'none' } } };
      await expect(prisma.event.update({ where: { id: 'e1' }, data: write })).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_NOT_FOUND',
      });
      expect(await raw.event.findUnique({ where: { id: 'e1' } })).toMatchObject({ note: null });
    });

    it('do not reach deleted rows by update, connect or updateMany', async () => {
      await prisma.contest.softDelete({ where: { id: 'c2' } });
      const touch = (data: object) => prisma.event.update({ where: { id: 'e1' }, data: { contests: data } });
      await expect(touch({ update: { where: { id: 'c2' }, data: { size: 9 } } })).rejects.toMatchObject({
        code: 'P2025',
      });
      await touch({ updateMany: { where: {}, data: { size: 7 } } });
      expect(await raw.contest.findUnique({ where: { id: 'c2' } })).toMatchObject({ size: 2 });
      await prisma.event.softDelete({ where: { id: 'e2' } });
      const connect = { id: 'c9', tenantId: 't1', event: { connect: { id: 'e2' } } };
      await expect(prisma.contest.create({ data: connect })).rejects.toMatchObject({ code: 'P2025' });
    });

    it('leave deleted rows their parent on disconnect', async () => {
      await prisma.score.softDelete({ where: { id: 's1' } });
      await prisma.contest
        .update({ where: { id: 'c1' }, data: { scores: { disconnect: { id: 's1' } } } })
        .catch(() => undefined);
      expect(await raw.score.findUnique({ where: { id: 's1' } })).toMatchObject({ contestId: 'c1' });
    });

    it('are refused where they are not known, and where they write the marks', async () => {
      const unknown = { contests: { obliterate: { id: 'c1' } } };
      await expect(prisma.event.update({ where: { id: 'e1' }, data: unknown })).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_UNSUPPORTED',
      });
      const mark = { deletedAt: new Date(0) };
      await expect(prisma.event.update({ where: { id: 'e1' }, data: mark })).rejects.toThrow(
        'Data for Event names "deletedAt", which only softDelete() and restore() write.',
      );
    });
  });

  describe('relations', () => {
    beforeEach(async () => {
      await raw.letter.create({ data: { id: 'l1', eventId: 'e1' } });
      await raw.letter.create({ data: { id: 'l2', eventId: 'e2' } });
      await raw.letter.create({ data: { id: 'l3' } });
      await raw.tag.create({ data: { id: 'g1', contests: { connect: [{ id: 'c1' }, { id: 'c2' }] } } });
      await prisma.contest.softDelete({ where: { id: 'c2' } });
    });

    it('are filtered in include, select and _count', async () => {
      const event = await prisma.event.findUnique({
        where: { id: 'e1' },
        include: { contests: { include: { tags: { include: { contests: true } } } }, _count: true },
      });
      expect(idsOf(event.contests)).toEqual(['c1']);
      expect(idsOf(event.contests[0].tags[0].contests)).toEqual(['c1']);
      expect(event._count).toEqual({ contests: 1, contracts: 0, photos: 0, letters: 1 });
      const counted = { select: { _count: { select: { contests: { where: { size: { gt: 0 } } } } } } };
      expect(await prisma.event.findFirst({ where: { id: 'e1' }, ...counted })).toEqual({
        _count: { contests: 1 },
      });
    });

    it('are null where the single row is deleted, and only what was asked for is read', async () => {
      await prisma.event.softDelete({ where: { id: 'e1' } });
      const letters = await prisma.letter.findMany({
        select: { id: true, event: { select: { name: true } } },
        orderBy: { id: 'asc' },
      });
      expect(letters).toEqual([
        { id: 'l1', event: null },
        { id: 'l2', event: { name: 'Autumn' } },
        { id: 'l3', event: null },
      ]);
      const omitted = { include: { event: { omit: { deletedAt: true } } }, where: { id: 'l2' } };
      expect((await prisma.letter.findFirst(omitted)).event).not.toHaveProperty('deletedAt');
    });

    it('are filtered in the fluent API', async () => {
      expect(idsOf(await prisma.event.findUnique({ where: { id: 'e1' } }).contests())).toEqual(['c1']);
      await prisma.event.softDelete({ where: { id: 'e1' } });
      expect(await prisma.letter.findUnique({ where: { id: 'l1' } }).event()).toBeNull();
      expect(await prisma.letter.findUnique({ where: { id: 'l2' } }).event()).toMatchObject({ id: 'e2' });
    });

    it('are filtered in some, every and none', async () => {
      const events = async (contests: object) => idsOf(await prisma.event.findMany({ where: { contests } }));
      expect(await events({ some: { size: 2 } })).toEqual([]);
      expect(await events({ some: {} })).toEqual(['e1']);
      expect(await events({ every: { size: 1 } })).toEqual(['e1', 'e2']);
      expect(await events({ none: { size: 2 } })).toEqual(['e1', 'e2']);
      expect(await events({ none: {} })).toEqual(['e2']);
    });

    it('count as none where the single row is deleted', async () => {
      await prisma.event.softDelete({ where: { id: 'e1' } });
      const letters = async (event: unknown) => idsOf(await prisma.letter.findMany({ where: { event } }));
      expect(await letters({ name: 'Spring' })).toEqual([]);
      expect(await letters({ is: { name: { not: 'x' } } })).toEqual(['l2']);
      expect(await letters(null)).toEqual(['l1', 'l3']);
      expect(await letters({ is: null })).toEqual(['l1', 'l3']);
      expect(await letters({ isNot: null })).toEqual(['l2']);
      expect(await letters({ isNot: { name: 'Spring' } })).toEqual(['l1', 'l2', 'l3']);
      const nested = { OR: [{ NOT: { event: { isNot: null } } }, { AND: { id: 'l9' } }] };
      expect(idsOf(await prisma.letter.findMany({ where: nested }))).toEqual(['l1', 'l3']);
    });

    it('cannot be ordered by a count, which would tell of deleted rows', async () => {
      const order = { orderBy: { contests: { _count: 'desc' } } };
      await expect(prisma.event.findMany(order)).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_UNSUPPORTED',
      });
      expect(idsOf(await prisma.event.findMany({ ...order, includeDeleted: true }))).toEqual(['e1', 'e2']);
    });
  });

  it('purges in batches, children first, and keeps what a row still refers to', async () => {
    await raw.letter.create({ data: { id: 'l1', eventId: 'e1' } });
    await prisma.event.softDelete({ where: { id: 'e1' } });
    await database.clock.advance(1000);
    expect((await prisma.event.purge({ olderThanMs: 1001 })).removed).toBe(0);
    expect(await prisma.event.purge({ olderThanMs: 1000, batchSize: 2 })).toMatchObject({
      removed: 2,
      more: true,
    });
    expect((await prisma.event.purge({ olderThanMs: 1000 })).counts).toEqual({ Contest: 1 });
    await raw.letter.deleteMany();
    expect((await prisma.event.purge({ olderThanMs: 1000 })).counts).toEqual({ Event: 1 });
  });

  it('erases values and keeps the row, deleted or not', async () => {
    await prisma.event.softDelete({ where: { id: 'e1' } });
    await prisma.event.erase({ where: { id: 'e1' }, data: { name: 'erased', note: null } });
    expect(await raw.event.findUnique({ where: { id: 'e1' } })).toMatchObject({ name: 'erased' });
    await expect(prisma.contest.erase({ where: { id: 'c1' }, data: { eventId: 'e2' } })).rejects.toThrow(
      'erase: data names "eventId"',
    );
  });

  it('removes a row for good with forceDelete', async () => {
    await prisma.event.softDelete({ where: { id: 'e2' } });
    await prisma.event.forceDelete({ where: { id: 'e2' } });
    expect(await raw.event.findUnique({ where: { id: 'e2' } })).toBeNull();
  });

  it('lets raw queries through, which see every row', async () => {
    await prisma.event.softDelete({ where: { id: 'e1' } });
    expect(await prisma.$queryRaw`SELECT id FROM events`).toHaveLength(2);
  });

  describe('tenants', () => {
    let ours: AnyClient;
    beforeAll(() => void (ours = database.extended({ tenantField: 'tenantId' })));
    const as = <T>(tenantId: string, fn: () => Promise<T>): Promise<T> =>
      runWithTrace(createTraceContext({ tenantId }), async () => await fn());

    it('are refused when none is known, unless rows of all are asked for', async () => {
      await expect(ours.event.findMany()).rejects.toMatchObject({ code: 'ERR_SOFT_DELETE_TENANT_MISSING' });
      expect(await ours.event.count({ acrossTenants: true })).toBe(2);
      expect(await ours.folder.count()).toBe(0);
    });

    it('never see, change, delete, restore or remove rows of another one', async () => {
      await as('t2', async () => {
        const where = { id: 'e1' };
        expect(await ours.event.findUnique({ where })).toBeNull();
        expect(await ours.score.findMany()).toEqual([]);
        expect(await ours.contract.findMany({ include: { event: true } })).toEqual([]);
        expect((await ours.event.updateMany({ data: { note: 'x' } })).count).toBe(0);
        await expect(ours.event.update({ where, data: { note: 'x' } })).rejects.toMatchObject({
          code: 'P2025',
        });
        await expect(ours.event.softDelete({ where })).rejects.toMatchObject({
          code: 'ERR_SOFT_DELETE_NOT_FOUND',
        });
        await expect(ours.event.delete({ where })).rejects.toMatchObject({ code: 'P2025' });
        await expect(ours.event.forceDelete({ where })).rejects.toMatchObject({ code: 'P2025' });
        await expect(ours.event.erase({ where, data: { note: 'x' } })).rejects.toMatchObject({
          code: 'P2025',
        });
        const connect = { event: { connect: { id: 'e1' } } };
        await expect(ours.contest.create({ data: connect })).rejects.toMatchObject({ code: 'P2025' });
      });
      const { deletionId } = await as<{ deletionId: string }>('t1', () =>
        ours.event.softDelete({ where: { id: 'e1' } }),
      );
      await as('t2', async () => {
        const notFound = { code: 'ERR_SOFT_DELETE_NOT_FOUND' };
        await expect(ours.event.restore({ where: { id: 'e1' } })).rejects.toMatchObject(notFound);
        await expect(ours.event.restoreDeletion(deletionId)).rejects.toMatchObject(notFound);
        expect((await ours.event.purge({ olderThanMs: 0 })).removed).toBe(0);
        expect(await ours.event.findMany({ onlyDeleted: true })).toEqual([]);
      });
      await as('t1', () => ours.event.restore({ where: { id: 'e1' } }));
      expect(await raw.score.count({ where: { deletedAt: null } })).toBe(1);
    });

    it('do not see a single related row of another one', async () => {
      await raw.event.create({ data: { id: 'e5', tenantId: 't2', name: 'Theirs' } });
      await raw.letter.create({ data: { id: 'l5', eventId: 'e5' } });
      const letter = () => ours.letter.findFirst({ select: { event: { select: { name: true } } } });
      expect(await as('t1', letter)).toEqual({ event: null });
      expect(await as('t2', letter)).toEqual({ event: { name: 'Theirs' } });
    });

    it('are written into new rows, and no other one can be named', async () => {
      await as('t2', async () => {
        expect(await ours.event.create({ data: { name: 'New' } })).toMatchObject({ tenantId: 't2' });
        await expect(ours.event.create({ data: { name: 'New', tenantId: 't1' } })).rejects.toMatchObject({
          code: 'ERR_SOFT_DELETE_TENANT_MISMATCH',
        });
        const move = {
          where: { tenantId_name: { tenantId: 't2', name: 'New' } },
          data: { tenantId: { set: 't1' } },
        };
        await expect(ours.event.update(move)).rejects.toMatchObject({
          code: 'ERR_SOFT_DELETE_TENANT_MISMATCH',
        });
      });
    });
  });
});
