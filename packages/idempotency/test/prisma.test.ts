import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@holdfast/test-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type IdempotencyStore,
  idempotent,
  PostgresIdempotencyStore,
  runOnce,
  SqliteIdempotencyStore,
} from '../src/index.ts';
import { generatePrisma, openPrisma, type Prisma, type Provider } from './prisma-client.ts';

interface Place {
  readonly url: string;
  readonly store: IdempotencyStore;
  close(): Promise<void>;
}

async function sqlitePlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-idempotency-'));
  const file = join(folder, 'app.db');
  const store = new SqliteIdempotencyStore({ file });
  await store.release({ key: '', owner: '', token: 0 });
  const close = async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
  return { url: file, store, close };
}

async function postgresPlace(): Promise<Place> {
  const server: PostgresServer = await startPostgres();
  const store = new PostgresIdempotencyStore({ url: server.url });
  const close = async () => {
    await store.close();
    await server.stop();
  };
  return { url: server.url, store, close };
}

const PLACES: readonly [Provider, () => Promise<Place>][] = [
  ['sqlite', sqlitePlace],
  ['postgresql', postgresPlace],
];

const clients = new Map<Provider, Promise<string>>();

/** Generated once for each provider. */
function clientFor(provider: Provider): Promise<string> {
  const client = clients.get(provider) ?? generatePrisma(provider);
  clients.set(provider, client);
  return client;
}

afterAll(async () => {
  for (const client of clients.values()) rmSync(await client, { recursive: true });
});

describe.each(PLACES)('a Prisma transaction on %s', (provider, open) => {
  let client: string;
  let place: Place;
  let prisma: Prisma;
  beforeAll(async () => {
    [client, place] = await Promise.all([clientFor(provider), open()]);
    prisma = await openPrisma(client, provider, place.url);
    // Prisma's connection to a WAL file would lose its last commits in a power loss.
    if (provider === 'sqlite') await prisma.$executeRawUnsafe('PRAGMA synchronous = FULL');
  });
  afterAll(async () => {
    await prisma.$disconnect();
    await place.close();
  });

  const charges = (id: string) => prisma.charge.count({ where: { id } });

  describe('with complete()', () => {
    const pay = (fails: () => boolean) =>
      idempotent<string, string>(
        async (id, run) => {
          await prisma.$transaction(async (tx) => {
            await tx.charge.create({ data: { id } });
            await run.complete({ prisma: tx }, 'recorded');
            if (fails()) throw new Error('rolled back');
          });
          return 'returned';
        },
        { store: place.store, key: (id) => id },
      );

    it('commits the record with the row, and every call gets the recorded value', async () => {
      const once = pay(() => false);
      expect([await once('a'), await once('a'), await charges('a')]).toEqual(['recorded', 'recorded', 1]);
    });

    it('leaves neither after a rollback, and the key is free at once', async () => {
      let fails = true;
      const once = pay(() => fails);
      await expect(once('b')).rejects.toThrow('rolled back');
      expect(await charges('b')).toBe(0);
      fails = false;
      expect([await once('b'), await charges('b')]).toEqual(['recorded', 1]);
    });

    it('throws LeaseLostError into the transaction of an owner that has lost its claim', async () => {
      const { store } = place;
      const lost = prisma.$transaction(async (tx) => {
        await tx.charge.create({ data: { id: 'lost' } });
        await store.completeIn?.({ prisma: tx }, { key: 'x', owner: 'y', token: 1 }, Buffer.of(1), 1);
      });
      await expect(lost).rejects.toMatchObject({ code: 'ERR_IDEMPOTENCY_LEASE_LOST' });
      expect(await charges('lost')).toBe(0);
    });

    it('refuses a client that is not in a transaction', async () => {
      const fn = idempotent<string, number>(
        async (_id, run) => {
          await run.complete({ prisma }, 1);
          return 1;
        },
        { store: place.store, key: (id) => id },
      );
      await expect(fn('base')).rejects.toThrow('{ prisma } is not in a transaction');
    });
  });

  describe('with runOnce()', () => {
    const once = (eventId: string, fn?: () => Promise<void>) =>
      prisma.$transaction((tx) =>
        runOnce(eventId, { prisma: tx }, async () => {
          await tx.charge.create({ data: { id: eventId } });
          await fn?.();
          return eventId;
        }),
      );

    it('runs the function the first time and not the second', async () => {
      expect(await once('e1')).toEqual({ ran: true, value: 'e1' });
      expect(await once('e1')).toEqual({ ran: false });
      expect(await charges('e1')).toBe(1);
    });

    it('forgets the id when the function throws, with what it wrote, while the rest of the transaction goes on', async () => {
      await prisma.$transaction(async (tx) => {
        await tx.charge.create({ data: { id: 'before-e2' } });
        const failing = runOnce('e2', { prisma: tx }, async () => {
          await tx.charge.create({ data: { id: 'e2' } });
          throw new Error('broke');
        });
        await expect(failing).rejects.toThrow('broke');
      });
      expect([await charges('before-e2'), await charges('e2')]).toEqual([1, 0]);
      expect(await once('e2')).toEqual({ ran: true, value: 'e2' });
    });

    it('goes with the transaction when that is rolled back', async () => {
      const failing = prisma.$transaction(async (tx) => {
        await runOnce('e3', { prisma: tx }, () => 1);
        throw new Error('rolled back');
      });
      await expect(failing).rejects.toThrow('rolled back');
      expect((await once('e3')).ran).toBe(true);
    });

    it('refuses a client that is not in a transaction', async () => {
      await expect(runOnce('e4', { prisma }, () => 1)).rejects.toThrow('{ prisma } is not in a transaction');
    });

    it.each(['inside', 'after'] as const)(
      'survives a SIGKILL %s the transaction: both or neither',
      async (at) => {
        const id = `killed-${at}`;
        await killedAt(at, provider, client, place.url, id);
        const committed = at === 'after';
        expect(await charges(id)).toBe(committed ? 1 : 0);
        expect((await once(id)).ran).toBe(!committed);
        expect(await charges(id)).toBe(1);
      },
    );
  });
});

describe('a Prisma connection to SQLite that could lose its last commits', () => {
  it('is refused, by runOnce() and by complete()', async () => {
    const [client, place] = await Promise.all([clientFor('sqlite'), sqlitePlace()]);
    const prisma = await openPrisma(client, 'sqlite', place.url);
    await prisma.$executeRawUnsafe('PRAGMA synchronous = NORMAL');
    const weak = { code: 'ERR_IDEMPOTENCY_NOT_DURABLE', pragma: 'synchronous' };
    await expect(prisma.$transaction((tx) => runOnce('e', { prisma: tx }, () => 1))).rejects.toMatchObject(
      weak,
    );
    const pay = idempotent<string, number>(
      (_id, run) =>
        prisma.$transaction(async (tx) => {
          await run.complete({ prisma: tx }, 1);
          return 1;
        }),
      { store: place.store, key: (id) => id },
    );
    await expect(pay('a')).rejects.toMatchObject(weak);
    await prisma.$disconnect();
    await place.close();
  });
});

/** Writes effect and record in a process of its own, and kills it there. */
async function killedAt(at: string, ...args: string[]): Promise<void> {
  const path = join(import.meta.dirname, 'children', 'stall-prisma.ts');
  const child: ChildProcess = fork(path, [at, ...args], {
    execArgv: ['--conditions=@holdfast/source'],
    silent: true,
  });
  const [word] = (await once(child, 'message')) as [string];
  expect(word).toBe(at);
  child.kill('SIGKILL');
  await once(child, 'exit');
}
