import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ManualClock } from '@holdfast/context/testing';
import { type PostgresServer, startPostgres } from '@holdfast/test-servers';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaPg } from '@prisma/adapter-pg';
import Database from 'better-sqlite3';
import pg from 'pg';
import { type SoftDeleteExtensionOptions, softDeleteExtension } from '../src/prisma/index.ts';

export type Provider = 'sqlite' | 'postgresql';

const MARKS = `
  deletedAt  DateTime? @map("deleted_at")
  deletedBy  String?   @map("deleted_by")
  deletionId String?   @map("deletion_id")`;

/** Models with each kind of relation. */
export const MODELS = `
model Event {
  id        String     @id @default(cuid())
  tenantId  String     @map("tenant_id")
  name      String
  note      String?
  contests  Contest[]
  contracts Contract[]
  photos    Photo[]
  letters   Letter[]
  ${MARKS}

  @@unique([tenantId, name])
  @@map("events")
}

model Contest {
  id       String  @id @default(cuid())
  tenantId String  @map("tenant_id")
  size     Int     @default(0)
  eventId  String  @map("event_id")
  event    Event   @relation(fields: [eventId], references: [id], onDelete: Cascade)
  scores   Score[]
  tags     Tag[]
  ${MARKS}

  @@map("contests")
}

model Score {
  id        String   @id @default(cuid())
  points    Int      @default(0)
  contestId String?  @map("contest_id")
  contest   Contest? @relation(fields: [contestId], references: [id], onDelete: Cascade)
  ${MARKS}

  @@map("scores")
}

model Contract {
  id      String @id @default(cuid())
  eventId String @map("event_id")
  event   Event  @relation(fields: [eventId], references: [id])
  ${MARKS}

  @@map("contracts")
}

model Photo {
  id      String  @id @default(cuid())
  eventId String? @map("event_id")
  event   Event?  @relation(fields: [eventId], references: [id], onDelete: SetNull)

  @@map("photos")
}

model Letter {
  id      String  @id @default(cuid())
  eventId String? @map("event_id")
  event   Event?  @relation(fields: [eventId], references: [id])
  ${MARKS}

  @@map("letters")
}

model Tag {
  id       String    @id @default(cuid())
  contests Contest[]
  ${MARKS}

  @@map("tags")
}

model Folder {
  id       String   @id @default(cuid())
  parentId String?  @map("parent_id")
  parent   Folder?  @relation("Tree", fields: [parentId], references: [id], onDelete: Cascade)
  folders  Folder[] @relation("Tree")
  ${MARKS}

  @@map("folders")
}
`;

const COLUMNS = 'deleted_at {timestamp}, deleted_by TEXT, deletion_id TEXT';
const TABLES = `
  CREATE TABLE events (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL, note TEXT, ${COLUMNS});
  CREATE UNIQUE INDEX events_name ON events (tenant_id, name) WHERE deleted_at IS NULL;
  CREATE TABLE contests (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, size INTEGER NOT NULL DEFAULT 0,
    event_id TEXT NOT NULL REFERENCES events (id), ${COLUMNS});
  CREATE TABLE scores (id TEXT PRIMARY KEY, points INTEGER NOT NULL DEFAULT 0,
    contest_id TEXT REFERENCES contests (id), ${COLUMNS});
  CREATE TABLE contracts (id TEXT PRIMARY KEY, event_id TEXT NOT NULL REFERENCES events (id), ${COLUMNS});
  CREATE TABLE photos (id TEXT PRIMARY KEY, event_id TEXT REFERENCES events (id));
  CREATE TABLE letters (id TEXT PRIMARY KEY, event_id TEXT, ${COLUMNS});
  CREATE TABLE tags (id TEXT PRIMARY KEY, ${COLUMNS});
  CREATE TABLE "_ContestToTag" ("A" TEXT NOT NULL REFERENCES contests (id), "B" TEXT NOT NULL REFERENCES tags (id),
    PRIMARY KEY ("A", "B"));
  CREATE TABLE folders (id TEXT PRIMARY KEY, parent_id TEXT REFERENCES folders (id), ${COLUMNS});
`;
const NAMES = [
  '"_ContestToTag"',
  'scores',
  'contests',
  'contracts',
  'photos',
  'letters',
  'tags',
  'events',
  'folders',
];

export interface GeneratedClient {
  readonly folder: string;
  readonly module: { readonly PrismaClient: new (options: object) => AnyClient; readonly Prisma: object };
  remove(): void;
}

/** A client of a schema that is known only while the test runs; its types are held by test/prisma-types.test.ts. */
// biome-ignore lint/suspicious/noExplicitAny: there is no type to import in a clone where nothing was generated yet
export type AnyClient = any; // oxlint-disable-line typescript/no-explicit-any -- as above

const home = join(import.meta.dirname, '..', '.prisma-client');
const prismaCommand = join(
  dirname(createRequire(import.meta.url).resolve('prisma/package.json')),
  'build/index.js',
);

/** Generates a client into a folder of its own, without the network. */
export async function generateClient(provider: Provider, models: string = MODELS): Promise<GeneratedClient> {
  mkdirSync(home, { recursive: true });
  const folder = mkdtempSync(join(home, `${provider}-`));
  const schema = join(folder, 'schema.prisma');
  writeFileSync(
    schema,
    `generator client {
  provider            = "prisma-client"
  output              = "./client"
  importFileExtension = "ts"
  moduleFormat        = "esm"
  runtime             = "nodejs"
}

datasource db {
  provider = "${provider}"
}
${models}`,
  );
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [prismaCommand, 'generate', '--schema', schema],
    {
      cwd: folder,
      encoding: 'utf8',
      // The engine is for migrations only; generating needs it to be there, and not to run.
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' },
    },
  );
  if (status !== 0) throw new Error(`prisma generate failed: ${stdout}${stderr}`);
  const module = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'client/client.ts')).href);
  return { folder, module, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface PrismaDatabase {
  readonly provider: Provider;
  readonly clock: ManualClock;
  readonly folder: string;
  /** The client as it was made. */
  readonly raw: AnyClient;
  extended(options?: SoftDeleteExtensionOptions): AnyClient;
  /** Another connection of its own. */
  connect(): AnyClient;
  run(sql: string): Promise<void>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function openPrisma(provider: Provider): Promise<PrismaDatabase> {
  const generated = await generateClient(provider);
  const clock = new ManualClock();
  const clients: AnyClient[] = [];
  const server = provider === 'postgresql' ? await postgresTables() : undefined;
  const file = server === undefined ? sqliteTables() : undefined;
  const connect = (): AnyClient => {
    const adapter =
      server === undefined
        ? new PrismaBetterSqlite3({ url: `file:${file?.path}` })
        : new PrismaPg({ connectionString: server.url });
    const client = new generated.module.PrismaClient({ adapter });
    clients.push(client);
    return client;
  };
  const raw = connect();
  return {
    provider,
    clock,
    folder: generated.folder,
    raw,
    connect,
    extended: (options = {}) => raw.$extends(softDeleteExtension({ clock, ...options })),
    run: async (sql) => void (await raw.$executeRawUnsafe(sql)),
    clear: async () => {
      for (const name of NAMES) await raw.$executeRawUnsafe(`DELETE FROM ${name}`);
    },
    close: async () => {
      for (const client of clients) await client.$disconnect();
      await server?.stop();
      if (file !== undefined) rmSync(file.folder, { recursive: true });
      generated.remove();
    },
  };
}

function sqliteTables(): { folder: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-soft-delete-'));
  const path = join(folder, 'app.db');
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.exec(TABLES.replaceAll('{timestamp}', 'DATETIME'));
  db.close();
  return { folder, path };
}

async function postgresTables(): Promise<PostgresServer> {
  const server = await startPostgres();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(TABLES.replaceAll('{timestamp}', 'timestamp(3)'));
  await client.end();
  return server;
}
