/** Reads and deletes with this package, and the same written by hand, on SQLite. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { softDeleteExtension } from '@holdfast/soft-delete/prisma';
import { createSoftDeleteRepository, migrationFor } from '@holdfast/soft-delete/sqlite';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import Database from 'better-sqlite3';
import { type Loop, serveCases } from '../harness/cases.ts';
import { prismaClient } from './prisma-client.ts';

/** As many live rows in both; in the second nine of ten are deleted. */
const LIVE = 10_000;
const MILLION = 1_000_000;
const PAGE = 20;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const generated = await prismaClient();
process.once('exit', () => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(generated.folder, { recursive: true, force: true });
});

function database(name: string, rows: number, unique: string): Database.Database {
  const db = new Database(join(folder, name));
  db.pragma('journal_mode = WAL');
  db.exec(
    `CREATE TABLE events (id INTEGER PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL${unique})`,
  );
  db.prepare(
    `INSERT INTO events WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     SELECT i, 't' || i % 10, 'event ' || i FROM n`,
  ).run(rows);
  return db;
}

function prepared(name: string, rows: number): Database.Database {
  const db = database(name, rows, '');
  migrationFor('events', { db, liveIndexes: [['tenant_id', 'id']] }).up();
  db.exec(`UPDATE events SET deleted_at = 1, deletion_id = id WHERE id > ${LIVE}`);
  return db;
}

const fresh = prepared('fresh.db', LIVE);
const worn = prepared('worn.db', LIVE * 10);
const where = { tenant_id: 't3' };
const page = { orderBy: { id: 'asc' }, limit: PAGE } as const;

function readRepository(db: Database.Database): Loop {
  const events = createSoftDeleteRepository({ db, table: 'events' });
  return (iterations) => {
    for (let n = 0; n < iterations; n += 1) events.findMany(where, page);
  };
}

function readByHand(): Loop {
  const statement = worn.prepare(
    'SELECT * FROM events WHERE deleted_at IS NULL AND tenant_id = ? ORDER BY id LIMIT ?',
  );
  return (iterations) => {
    for (let n = 0; n < iterations; n += 1) statement.all('t3', PAGE);
  };
}

function deleteRepository(): Loop {
  const events = createSoftDeleteRepository({ db: worn, table: 'events' });
  return (iterations) => {
    for (let n = 0; n < iterations; n += 1) {
      const id = (n % LIVE) + 1;
      events.delete(id);
      events.restore(id);
    }
  };
}

function deleteByHand(): Loop {
  const mark = worn.prepare(
    'UPDATE events SET deleted_at = ?, deleted_by = ?, deletion_id = ? WHERE id = ? AND deleted_at IS NULL',
  );
  const unmark = worn.prepare(
    'UPDATE events SET deleted_at = NULL, deleted_by = NULL, deletion_id = NULL WHERE id = ? AND deleted_at IS NOT NULL',
  );
  return (iterations) => {
    for (let n = 0; n < iterations; n += 1) {
      const id = (n % LIVE) + 1;
      mark.run(Date.now(), null, `act ${n}`, id);
      unmark.run(id);
    }
  };
}

const raw = generated.create({
  adapter: new PrismaBetterSqlite3({ url: `file:${join(folder, 'worn.db')}` }),
});
const extended = raw.$extends(softDeleteExtension());
const query = { where: { tenantId: 't3' }, orderBy: { id: 'asc' }, take: PAGE };

serveCases(
  {
    readRepository: () => readRepository(worn),
    readFresh: () => readRepository(fresh),
    readByHand,
    deleteRepository,
    deleteByHand,
    readExtension: () => async (iterations) => {
      for (let n = 0; n < iterations; n += 1) await extended.event.findMany(query);
    },
    readPrismaByHand: () => async (iterations) => {
      const byHand = { ...query, where: { ...query.where, deletedAt: null } };
      for (let n = 0; n < iterations; n += 1) await raw.event.findMany(byHand);
    },
    deleteExtension: () => async (iterations) => {
      for (let n = 0; n < iterations; n += 1) {
        const one = { where: { id: (n % LIVE) + 1 } };
        await extended.event.delete(one);
        await extended.event.restore(one);
      }
    },
    deletePrismaByHand: () => async (iterations) => {
      for (let n = 0; n < iterations; n += 1) {
        const one = { id: (n % LIVE) + 1 };
        const marks = { deletedAt: new Date(), deletedBy: null, deletionId: `act ${n}` };
        await raw.event.update({ where: { ...one, deletedAt: null }, data: marks });
        await raw.event.update({ where: one, data: { deletedAt: null, deletedBy: null, deletionId: null } });
      }
    },
  },
  {
    /** Milliseconds for which no other connection can write while a million rows are migrated. */
    migrateSqlite: ({ inline }: { inline: boolean }) => {
      const db = database(`million-${inline}.db`, MILLION, inline ? ', UNIQUE (tenant_id, name)' : '');
      if (!inline) db.exec('CREATE UNIQUE INDEX by_name ON events (tenant_id, name)');
      const began = performance.now();
      migrationFor('events', { db }).up();
      const lockedMs = performance.now() - began;
      const { rows } = db.prepare('SELECT count(*) AS rows FROM events').get() as { rows: number };
      db.close();
      return { lockedMs, rows };
    },
  },
);
