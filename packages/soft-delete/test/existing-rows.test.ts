import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AnyClient, openPrisma, type PrismaDatabase } from './prisma-clients.ts';

/** Rows as another extension leaves them: a time, and neither an act nor a user. See docs/migrating. */
describe.each(['sqlite', 'postgresql'] as const)(
  'rows deleted before the extension came, on %s',
  (provider) => {
    const LONG_AGO = new Date('2020-03-01T00:00:00.000Z');
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
      await raw.event.create({ data: { id: 'e1', tenantId: 't1', name: 'Spring', deletedAt: LONG_AGO } });
      await raw.contest.create({ data: { id: 'c1', tenantId: 't1', eventId: 'e1', deletedAt: LONG_AGO } });
    });

    const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

    it('are left out of reads, and found where deleted ones are asked for', async () => {
      expect(await prisma.event.findMany()).toEqual([]);
      expect(ids(await prisma.event.findMany({ onlyDeleted: true }))).toEqual(['e1']);
      expect(await prisma.event.findMany({ where: { deletedAt: { not: null } } })).toEqual([]);
    });

    it('are restored one by one, since nobody knows what was deleted together', async () => {
      await prisma.event.restore({ where: { id: 'e1' } });
      expect(ids(await prisma.event.findMany())).toEqual(['e1']);
      expect(await prisma.contest.findMany()).toEqual([]);
    });

    it('are restored together when they are given one deletion id', async () => {
      await raw.event.updateMany({ data: { deletionId: 'act-1' } });
      await raw.contest.updateMany({ data: { deletionId: 'act-1' } });
      await prisma.event.restore({ where: { id: 'e1' } });
      expect(ids(await prisma.contest.findMany())).toEqual(['c1']);
    });

    it('leave their unique value to a live row', async () => {
      await prisma.event.create({ data: { id: 'e2', tenantId: 't1', name: 'Spring' } });
      await expect(prisma.event.restore({ where: { id: 'e1' } })).rejects.toMatchObject({
        code: 'ERR_SOFT_DELETE_RESTORE_CONFLICT',
      });
    });

    it('are purged', async () => {
      expect((await prisma.event.purge({ olderThanMs: 86_400_000 })).removed).toBe(2);
      expect(await raw.event.count()).toBe(0);
    });

    it('are kept by a purge while a live row hangs below', async () => {
      await raw.contest.updateMany({ data: { deletedAt: null } });
      expect((await prisma.event.purge({ olderThanMs: 86_400_000 })).removed).toBe(0);
      expect(await raw.event.count()).toBe(1);
    });

    it('take nothing along where the relation says keep', async () => {
      const keeping = database.extended({ onDelete: { 'Contest.event': 'keep' } });
      await raw.event.create({ data: { id: 'e3', tenantId: 't1', name: 'Autumn' } });
      await raw.contest.create({ data: { id: 'c3', tenantId: 't1', eventId: 'e3' } });
      await keeping.event.delete({ where: { id: 'e3' } });
      expect(ids(await prisma.contest.findMany())).toEqual(['c3']);
    });
  },
);
