import { createTraceContext, runWithTrace, setIdentity } from '@holdfast/context';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AnyClient, openPrisma, type PrismaDatabase } from './prisma-clients.ts';

/** The controllers of document 002, as it has them. */
interface Request {
  readonly params: { readonly id: string };
  readonly query: { readonly includeDeleted?: string };
  readonly tenantId: string;
}

class Response {
  code = 200;
  body: AnyClient;
  status(code: number): this {
    this.code = code;
    return this;
  }
  send(): void {}
  json(body: unknown): void {
    this.body = body;
  }
}

let database: PrismaDatabase;
let prisma: AnyClient;
beforeAll(async () => {
  database = await openPrisma('sqlite');
  prisma = database.extended();
  await prisma.event.create({ data: { id: 'e1', tenantId: 't1', name: 'Spring' } });
  await prisma.event.create({ data: { id: 'e2', tenantId: 't1', name: 'Autumn' } });
});
afterAll(() => database.close());

async function deleteEvent(req: Request, res: Response): Promise<void> {
  const { id } = req.params;
  await prisma.event.softDelete({ where: { id, tenantId: req.tenantId } });
  res.status(204).send();
}

async function restoreEvent(req: Request, res: Response): Promise<void> {
  const { id } = req.params;
  const event = await prisma.event.restore({ where: { id, tenantId: req.tenantId } });
  res.json(event);
}

async function listEventsAdmin(req: Request, res: Response): Promise<void> {
  const includeDeleted = req.query.includeDeleted === 'true';
  const events = includeDeleted
    ? await prisma.event.findMany({ where: { tenantId: req.tenantId }, includeDeleted: true })
    : await prisma.event.findManyActive({ where: { tenantId: req.tenantId } });
  res.json(events);
}

const request = (includeDeleted?: string): Request => ({
  params: { id: 'e1' },
  query: includeDeleted === undefined ? {} : { includeDeleted },
  tenantId: 't1',
});

it('deletes with 204, lists without and with what was deleted, and restores (002)', async () => {
  const res = () => new Response();
  const deleted = res();
  await runWithTrace(createTraceContext(), async () => {
    setIdentity({ userId: 'ada', tenantId: 't1' });
    await deleteEvent(request(), deleted);
  });
  expect(deleted.code).toBe(204);

  const active = res();
  await listEventsAdmin(request(), active);
  expect(active.body).toMatchObject([{ id: 'e2' }]);
  const all = res();
  await listEventsAdmin(request('true'), all);
  expect(all.body).toMatchObject([{ id: 'e1', deletedBy: 'ada' }, { id: 'e2' }]);

  const restored = res();
  await restoreEvent(request(), restored);
  expect(restored.body).toMatchObject({ id: 'e1', deletedAt: null, deletedBy: null });
});

it('leaves out deleted rows of a plain findMany by default (002, the criterion)', async () => {
  await prisma.event.softDelete({ where: { id: 'e1' } });
  expect(await prisma.event.findMany()).toMatchObject([{ id: 'e2' }]);
});
