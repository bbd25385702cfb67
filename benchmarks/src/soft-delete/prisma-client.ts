import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface EventDelegate {
  findMany(args: object): Promise<unknown[]>;
  update(args: object): Promise<unknown>;
  delete(args: object): Promise<unknown>;
  restore(args: object): Promise<unknown>;
}

export interface PrismaClient {
  readonly event: EventDelegate;
  $extends(extension: unknown): PrismaClient;
  $disconnect(): Promise<void>;
}

const MODELS = `
model Event {
  id         Int       @id
  tenantId   String    @map("tenant_id")
  name       String
  deletedAt  DateTime? @map("deleted_at")
  deletedBy  String?   @map("deleted_by")
  deletionId String?   @map("deletion_id")

  @@map("events")
}`;

const home = join(import.meta.dirname, '../../.prisma-client');

/** Generates a client, without the network, into a folder that git does not see. */
export async function prismaClient(): Promise<{ folder: string; create(options: object): PrismaClient }> {
  mkdirSync(home, { recursive: true });
  const folder = mkdtempSync(join(home, 'bench-'));
  const schema = join(folder, 'schema.prisma');
  const generator = `generator client {
  provider            = "prisma-client"
  output              = "./client"
  importFileExtension = "ts"
  moduleFormat        = "esm"
  runtime             = "nodejs"
}`;
  writeFileSync(schema, `${generator}\n\ndatasource db {\n  provider = "sqlite"\n}\n${MODELS}\n`);
  const command = join(
    dirname(createRequire(import.meta.url).resolve('prisma/package.json')),
    'build/index.js',
  );
  const { status, stderr } = spawnSync(process.execPath, [command, 'generate', '--schema', schema], {
    cwd: folder,
    encoding: 'utf8',
    // Generating needs the engine of migrations to be there, and not to run.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' },
  });
  if (status !== 0) throw new Error(`prisma generate failed: ${stderr}`);
  const { PrismaClient: Client } = (await import(pathToFileURL(join(folder, 'client/client.ts')).href)) as {
    PrismaClient: new (options: object) => PrismaClient;
  };
  return { folder, create: (options) => new Client(options) };
}
