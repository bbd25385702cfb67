import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@holdfast/test-servers';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresAuditLog } from '../src/postgres/index.ts';
import * as postgres from '../src/postgres/index.ts';
import * as sqlite from '../src/sqlite/index.ts';
import { actor, BOB, collect, ORDER, OTHER } from './databases.ts';
import { generatePrisma, openPrisma, type Prisma, type Provider } from './prisma-client.ts';

interface Place {
  readonly url: string;
  close(): Promise<void>;
}

async function sqlitePlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-audit-'));
  const url = join(folder, 'app.db');
  const db = new Database(url);
  db.exec('CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT)');
  db.exec(sqlite.migrationFor());
  db.exec(sqlite.captureTriggersFor({ source: 'orders', columns: ['id', 'status'] }).create);
  db.close();
  return { url, close: async () => rmSync(folder, { recursive: true }) };
}

async function postgresPlace(): Promise<Place> {
  const server = await startPostgres({ args: ['-c', 'fsync=off'] });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('CREATE TABLE orders (id UUID PRIMARY KEY, status TEXT)');
  await client.query(postgres.migrationFor());
  await client.query(postgres.captureTriggersFor({ source: 'orders' }).create);
  await client.end();
  return { url: server.url, close: () => server.stop() };
}

const PLACES: readonly [Provider, () => Promise<Place>][] = [
  ['sqlite', sqlitePlace],
  ['postgresql', postgresPlace],
];

describe.each(PLACES)('a log in a transaction of Prisma on %s', (provider, open) => {
  let place: Place;
  let folder: string;
  let prisma: Prisma;
  let log: Pick<
    PostgresAuditLog,
    'record' | 'captureAs' | 'verify' | 'history' | 'search' | 'export' | 'seal'
  >;
  beforeAll(async () => {
    [place, folder] = await Promise.all([open(), generatePrisma(provider)]);
    prisma = await openPrisma(folder, provider, place.url);
    log =
      provider === 'sqlite'
        ? (sqlite.createAuditLog({ prisma }) as unknown as typeof log)
        : postgres.createAuditLog({ prisma });
  });
  afterAll(async () => {
    await prisma.$disconnect();
    await place.close();
    rmSync(folder, { recursive: true });
  });

  it('commits with the rows of Prisma', async () => {
    await prisma.$transaction(async (tx) => {
      await tx.order.create({ data: { id: ORDER, status: 'new' } });
      await log.record(
        { recordId: ORDER, changeType: 'CREATED', after: { status: 'new', n: 1n }, actor },
        { prisma: tx },
      );
    });
    expect(await prisma.order.count()).toBe(1);
    const { items: entries } = await log.search({ changeType: 'CREATED' });
    expect(entries).toMatchObject([{ recordId: ORDER, after: { status: 'new', n: 1n } }]);
    expect(await log.verify()).toMatchObject({ ok: true, checked: 2 });
  });

  it('vanishes with the rollback of Prisma', async () => {
    const undone = prisma.$transaction(async (tx) => {
      await tx.order.create({ data: { id: OTHER, status: 'new' } });
      await log.record({ recordId: OTHER, changeType: 'CREATED', actor }, { prisma: tx });
      throw new Error('card refused');
    });
    await expect(undone).rejects.toThrow('card refused');
    expect((await log.history(OTHER)).items).toEqual([]);
    expect(await log.verify()).toMatchObject({ ok: true, checked: 2 });
  });

  it('names who is at work to the triggers', async () => {
    await prisma.$transaction((tx) =>
      log.captureAs(
        { prisma: tx },
        () => tx.order.update({ where: { id: ORDER }, data: { status: 'paid' } }) as Promise<unknown>,
        {
          actor: { id: BOB, type: 'job' },
        },
      ),
    );
    await prisma.order.update({ where: { id: ORDER }, data: { status: 'sent' } });
    await log.seal();
    const { items: entries } = await log.search({ changeType: 'UPDATE' });
    expect(entries).toMatchObject([
      { actor: { type: 'database' }, diff: [{ path: '/status', before: 'paid', after: 'sent' }] },
      { actor: { id: BOB, type: 'job' }, diff: [{ path: '/status', before: 'new', after: 'paid' }] },
    ]);
    expect(await log.verify()).toMatchObject({ ok: true, checked: 4 });
  });

  it('turns pages and exports through Prisma', async () => {
    const first = await log.history(ORDER, { limit: 2 });
    const rest = await log.history(ORDER, { limit: 2, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...rest.items]).toHaveLength(4);
    expect(await collect(log.export({ batchSize: 3 }))).toHaveLength(4);
  });

  it('refuses a client that is in no transaction', async () => {
    await expect(async () =>
      log.record({ recordId: ORDER, changeType: 'X', actor }, { prisma }),
    ).rejects.toMatchObject({
      code: 'ERR_AUDIT_OPTION',
      message:
        '{ prisma } is not in a transaction: give the client that prisma.$transaction(async (tx) => …) hands to its function.',
    });
  });
});
