/** Runs an event once through Prisma and stands still, inside the transaction or after its commit, until it is killed. */
import { runOnce } from '../../src/index.ts';
import { openPrisma, type Provider } from '../prisma-client.ts';

const [at = '', provider = '', client = '', url = '', id = ''] = process.argv.slice(2);

async function standStill(): Promise<void> {
  process.send?.(at);
  await new Promise(() => setInterval(() => undefined, 60_000));
}

const prisma = await openPrisma(client, provider as Provider, url);
if (provider === 'sqlite') await prisma.$executeRawUnsafe('PRAGMA synchronous = FULL');
await prisma.$transaction(
  (tx) =>
    runOnce(id, { prisma: tx }, async () => {
      await tx.charge.create({ data: { id } });
      if (at === 'inside') await standStill();
    }),
  { timeout: 60_000 },
);
await standStill();
