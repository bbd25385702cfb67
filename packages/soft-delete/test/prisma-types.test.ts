import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GeneratedClient, generateClient } from './prisma-clients.ts';

/** Lines that must compile; those after `@ts-expect-error` must not. */
const LINES = `
import { softDeleteExtension } from '@holdfast/soft-delete/prisma';
import { PrismaClient } from './client/client.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function check<T extends true>(): T { return true as T; }

const prisma = new PrismaClient({ adapter: {} as never }).$extends(softDeleteExtension());
const plain = new PrismaClient({ adapter: {} as never });

export async function types(): Promise<void> {
  const events = await prisma.event.findMany({ where: { name: 'x' }, includeDeleted: true });
  const known = await plain.event.findMany({ where: { name: 'x' } });
  check<Equal<typeof events, typeof known>>();

  const picked = await prisma.event.findFirst({ select: { id: true, contests: { select: { size: true } } }, onlyDeleted: true });
  check<Equal<typeof picked, { id: string; contests: { size: number }[] } | null>>();
  const included = await prisma.event.findManyActive({ include: { contests: true } });
  included[0]?.contests[0]?.size.toFixed();
  // @ts-expect-error a field that was not selected
  picked?.name;
  // @ts-expect-error a field that is not there
  await prisma.event.findMany({ where: { nam: 'x' }, includeDeleted: true });
  // @ts-expect-error a flag that is no boolean
  await prisma.event.findMany({ includeDeleted: 'yes' });
  // @ts-expect-error no flag of ours
  await prisma.event.findMany({ withDeleted: true });
  // @ts-expect-error flags are for reads
  await prisma.event.update({ where: { id: 'x' }, data: {}, includeDeleted: true });
  // @ts-expect-error findManyActive never shows deleted rows
  await prisma.event.findManyActive({ includeDeleted: true });

  const deleted = await prisma.event.softDelete({ where: { id: 'x', tenantId: 't' }, select: { id: true } });
  check<Equal<typeof deleted, { id: string }>>();
  const restored = await prisma.event.restore({ where: { tenantId_name: { tenantId: 't', name: 'x' } } });
  restored.deletedAt?.getTime();
  // @ts-expect-error a row is named by a unique field
  await prisma.event.softDelete({ where: { name: 'x' } });

  const count = await prisma.event.count({ includeDeleted: true });
  check<Equal<typeof count, number>>();
  const counts = await prisma.event.count({ select: { _all: true }, onlyDeleted: true });
  check<Equal<typeof counts, { _all: number }>>();
  const sum = await prisma.contest.aggregate({ _sum: { size: true }, includeDeleted: true });
  sum._sum.size?.toFixed();
  const groups = await prisma.contest.groupBy({ by: ['eventId'], _count: { _all: true }, includeDeleted: true });
  groups[0]?._count._all.toFixed();

  const contests = await prisma.event.findUnique({ where: { id: 'x' } }).contests();
  contests?.[0]?.size.toFixed();

  await prisma.$transaction(async (tx) => {
    const inside = await tx.event.softDelete({ where: { id: 'x' } });
    inside.name.trim();
  });
  const [row, total] = await prisma.$transaction([prisma.event.restore({ where: { id: 'x' } }), prisma.event.count()]);
  row.name.trim();
  total.toFixed();
  (await prisma.event.purge({ olderThanMs: 1 })).removed.toFixed();
  await prisma.event.erase({ where: { id: 'x' }, data: { note: null } });
}
`;

describe('the types of an extended client', () => {
  let generated: GeneratedClient;
  beforeAll(async () => void (generated = await generateClient('sqlite')));
  afterAll(() => generated.remove());

  it('are those of Prisma, with our flags and acts', () => {
    writeFileSync(join(generated.folder, 'types.ts'), LINES);
    const project = join(generated.folder, 'tsconfig.json');
    const compilerOptions = { noEmit: true, noUnusedLocals: false };
    writeFileSync(
      project,
      JSON.stringify({ extends: '../../../../tsconfig.base.json', compilerOptions, files: ['types.ts'] }),
    );
    const { stdout } = spawnSync('tsc', ['-p', project, '--pretty', 'false'], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});
