/** A Prisma client as `prisma generate` makes it, in a folder that git ignores; nothing is fetched for it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaPg } from '@prisma/adapter-pg';
import type { PrismaRawClient } from '../src/index.ts';

export type Provider = 'sqlite' | 'postgresql';

export interface PrismaTransaction extends PrismaRawClient {
  readonly order: {
    create(args: { data: { id: string; status: string } }): PromiseLike<unknown>;
    update(args: { where: { id: string }; data: { status: string } }): PromiseLike<unknown>;
    count(): PromiseLike<number>;
  };
}

export interface Prisma extends PrismaTransaction {
  $transaction<T>(work: (tx: PrismaTransaction) => Promise<T>): Promise<T>;
  $connect(): Promise<void>;
  $disconnect(): Promise<void>;
}

const schema = (provider: Provider): string => `
generator client {
  provider = "prisma-client"
  output   = "./client"
}
datasource db {
  provider = "${provider}"
}
model Order {
  id     String @id${provider === 'postgresql' ? ' @db.Uuid' : ''}
  status String
  @@map("orders")
}
`;

/** @returns the folder of the generated client, to be removed by the caller */
export async function generatePrisma(provider: Provider): Promise<string> {
  const folder = mkdtempSync(join(import.meta.dirname, '.prisma-'));
  try {
    writeFileSync(join(folder, 'schema.prisma'), schema(provider));
    const bin = join(import.meta.dirname, '..', 'node_modules', '.bin', 'prisma');
    // The engine that only migrations need would be downloaded; any program will do in its place.
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' };
    await promisify(execFile)(bin, ['generate', '--schema', 'schema.prisma'], { cwd: folder, env });
    return folder;
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}

/** @param url a file of SQLite, or the address of PostgreSQL */
export async function openPrisma(folder: string, provider: Provider, url: string): Promise<Prisma> {
  const { PrismaClient } = (await import(join(folder, 'client', 'client.ts'))) as {
    PrismaClient: new (options: object) => Prisma;
  };
  const adapter =
    provider === 'sqlite'
      ? new PrismaBetterSqlite3({ url: `file:${url}` })
      : new PrismaPg({ connectionString: url });
  return new PrismaClient({ adapter });
}
