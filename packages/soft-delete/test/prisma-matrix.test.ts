import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UnsupportedOperationError } from '../src/index.ts';
import { rewritten } from '../src/prisma/operations.ts';
import { type AnyClient, openPrisma, type PrismaDatabase } from './prisma-clients.ts';

const dead = { id: 'dead' };
const notFound = 'P2025';

/**
 * For every operation of a Prisma model: what it answers about a row that is deleted beside one that is live, or the
 * code with which it refuses. A new operation of Prisma has no case here, and fails the test.
 */
const CASES: Readonly<
  Record<string, readonly [call: (events: AnyClient) => Promise<unknown>, expected: unknown]>
> = {
  findUnique: [(events) => events.findUnique({ where: dead }), null],
  findUniqueOrThrow: [(events) => events.findUniqueOrThrow({ where: dead }), notFound],
  findFirst: [(events) => events.findFirst({ where: dead }), null],
  findFirstOrThrow: [(events) => events.findFirstOrThrow({ where: dead }), notFound],
  findMany: [(events) => events.findMany({ select: { id: true } }), [{ id: 'live' }]],
  count: [(events) => events.count({ select: { _all: true, note: true } }), { _all: 1, note: 0 }],
  aggregate: [
    (events) => events.aggregate({ _count: { _all: true }, _max: { name: true } }),
    { _count: { _all: 1 }, _max: { name: 'Live' } },
  ],
  groupBy: [
    (events) => events.groupBy({ by: ['tenantId'], _count: { _all: true } }),
    [{ tenantId: 't1', _count: { _all: 1 } }],
  ],
  create: [
    (events) => events.create({ data: { id: 'new', tenantId: 't1', name: 'Dead' }, select: { id: true } }),
    { id: 'new' },
  ],
  createMany: [
    (events) => events.createMany({ data: [{ id: 'new', tenantId: 't1', name: 'Dead' }] }),
    { count: 1 },
  ],
  createManyAndReturn: [
    (events) =>
      events.createManyAndReturn({
        data: [{ id: 'new', tenantId: 't1', name: 'Dead' }],
        select: { id: true },
      }),
    [{ id: 'new' }],
  ],
  update: [(events) => events.update({ where: dead, data: { note: 'x' } }), notFound],
  updateMany: [(events) => events.updateMany({ data: { note: 'x' } }), { count: 1 }],
  updateManyAndReturn: [
    (events) => events.updateManyAndReturn({ data: { note: 'x' }, select: { id: true } }),
    [{ id: 'live' }],
  ],
  upsert: [
    (events) =>
      events.upsert({
        where: { tenantId_name: { tenantId: 't1', name: 'Dead' } },
        create: { id: 'new', tenantId: 't1', name: 'Dead' },
        update: { note: 'x' },
        select: { id: true },
      }),
    { id: 'new' },
  ],
  delete: [(events) => events.delete({ where: dead }), notFound],
  deleteMany: [(events) => events.deleteMany(), { count: 1 }],
  findRaw: [(events) => events.findRaw(), 'ERR_SOFT_DELETE_UNSUPPORTED'],
  aggregateRaw: [(events) => events.aggregateRaw(), 'ERR_SOFT_DELETE_UNSUPPORTED'],
};

const NO_OPERATIONS = new Set(['fields', 'name']);

describe.each(['sqlite', 'postgresql'] as const)('every operation of a model on %s', (provider) => {
  let database: PrismaDatabase;
  let prisma: AnyClient;
  beforeAll(async () => {
    database = await openPrisma(provider);
    prisma = database.extended();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.clear();
    await database.raw.event.create({ data: { id: 'live', tenantId: 't1', name: 'Live' } });
    await database.raw.event.create({ data: { id: 'dead', tenantId: 't1', name: 'Dead' } });
    await prisma.event.softDelete({ where: dead });
  });

  it('has a case in this matrix, so that a new one cannot come in unseen', () => {
    const operations = Object.keys(database.raw.event).filter(
      (name) => !name.startsWith('$') && !NO_OPERATIONS.has(name),
    );
    expect(operations.sort()).toEqual(Object.keys(CASES).sort());
  });

  it.each(Object.entries(CASES))('%s does not reach a deleted row', async (_operation, [call, expected]) => {
    const before = await database.raw.event.findUnique({ where: dead });
    const answer = await call(prisma.event).catch((error: { code: string }) => error.code);
    expect(answer).toEqual(expected);
    expect(await database.raw.event.findUnique({ where: dead })).toEqual(before);
  });

  it.each(Object.keys(CASES).filter((name) => /^(?:find\w+(?<!Raw)|count|aggregate|groupBy)$/.test(name)))(
    '%s reaches it with includeDeleted and onlyDeleted',
    async (operation) => {
      const answer = async (flag: object): Promise<unknown> => {
        const args =
          operation === 'aggregate'
            ? { _count: { _all: true } }
            : operation === 'groupBy'
              ? { by: ['id'] }
              : {};
        const where = operation.startsWith('findUnique') ? dead : {};
        const found: unknown = await prisma.event[operation]({ ...args, where, ...flag });
        if (Array.isArray(found)) return found.length;
        return typeof found === 'number'
          ? found
          : ((found as AnyClient)._count?._all ?? (found as AnyClient).id);
      };
      const rows = /^find(?!Many)/.test(operation);
      expect(await answer({ onlyDeleted: true })).toBe(rows ? 'dead' : 1);
      const every = await answer({ includeDeleted: true });
      if (rows) expect(['dead', 'live']).toContain(every);
      else expect(every).toBe(2);
    },
  );

  it('is refused when this version does not know it', () => {
    const model = { name: 'Event' } as AnyClient;
    for (const operation of ['findEverything', 'constructor']) {
      expect(() => rewritten({} as AnyClient, model, operation, {})).toThrow(UnsupportedOperationError);
    }
  });

  it('refuses flags that are no booleans, and flags on writes', async () => {
    await expect(prisma.event.findMany({ includeDeleted: 'true' })).rejects.toThrow(
      'Event.findMany: includeDeleted is "true"; it must be true or false.',
    );
    await expect(prisma.event.updateMany({ data: {}, includeDeleted: true })).rejects.toThrow(
      'Event.updateMany: includeDeleted and onlyDeleted are for reads',
    );
  });

  it('deletes no more rows than its limit says', async () => {
    await database.raw.event.create({ data: { id: 'more', tenantId: 't1', name: 'More' } });
    expect(await prisma.event.deleteMany({ limit: 1 })).toEqual({ count: 1 });
    expect(await prisma.event.count()).toBe(1);
  });

  it('gives the deleted row as it was', async () => {
    expect(await prisma.event.delete({ where: { id: 'live' } })).toMatchObject({
      id: 'live',
      deletedAt: null,
    });
    expect(await prisma.event.count()).toBe(0);
  });
});
