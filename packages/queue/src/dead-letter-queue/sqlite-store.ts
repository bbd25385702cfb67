import { dirname } from 'node:path';
import { loadPeer } from '../engines/load-peer.ts';
import { QueueOptionError } from '../errors.ts';
import type { LetterDatabase } from './clients.ts';
import type { DeadLetterStore, Entry, EntryKey } from './store.ts';

/** An import of `node:fs` would load its streams, promises and watchers, too. */
const { mkdirSync } = process.getBuiltinModule('node:fs');

interface OpenedDatabase extends LetterDatabase {
  pragma(source: string): unknown;
  close(): unknown;
}

const SCHEMA_VERSION = 1;
const BUSY_TIMEOUT_MS = 5000;

const CREATE_TABLES = `
  CREATE TABLE IF NOT EXISTS holdfast_dead_letters_schema (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS holdfast_dead_letters (
    prefix TEXT NOT NULL,
    event_type TEXT NOT NULL,
    id TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (prefix, event_type, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS holdfast_dead_letters_by_age ON holdfast_dead_letters (prefix, id);
  INSERT INTO holdfast_dead_letters_schema (id, version) VALUES (1, ${SCHEMA_VERSION}) ON CONFLICT (id) DO NOTHING;
`;

const ONE = 'prefix = ? AND event_type = ? AND id = ?';
/** Greater than every id. */
const LAST_ID = '~';

/** Dead letters in a SQLite database: in the file given, or in one that the application has open. */
export async function openSqliteStore(
  location: { file: string } | { db: LetterDatabase },
  prefix: string,
): Promise<DeadLetterStore> {
  const opened = 'file' in location ? await openFile(location.file) : undefined;
  const db = 'db' in location ? location.db : opened;
  if (db === undefined) throw new QueueOptionError('backend', 'names no database.');
  db.exec(CREATE_TABLES);
  refuseNewerSchema(db);
  return { ...statements(db, prefix), close: async () => void opened?.close() };
}

async function openFile(file: string): Promise<OpenedDatabase> {
  const { default: Database } = await loadPeer('better-sqlite3', () => import('better-sqlite3'));
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  return db as OpenedDatabase;
}

function refuseNewerSchema(db: LetterDatabase): void {
  const row = db.prepare('SELECT version FROM holdfast_dead_letters_schema').get() as { version: number };
  if (row.version <= SCHEMA_VERSION) return;
  throw new QueueOptionError(
    'backend',
    `holds dead letters of schema version ${row.version}, this package knows ${SCHEMA_VERSION}; update @holdfast/queue.`,
  );
}

function statements(db: LetterDatabase, prefix: string): Omit<DeadLetterStore, 'close'> {
  const insert = db.prepare(
    'INSERT INTO holdfast_dead_letters (prefix, event_type, id, record) VALUES (?, ?, ?, ?)',
  );
  const read = db.prepare(`SELECT record FROM holdfast_dead_letters WHERE ${ONE}`);
  const page = db.prepare(`SELECT event_type AS eventType, id, record AS text FROM holdfast_dead_letters
    WHERE prefix = ? AND event_type = ? AND id < ? ORDER BY id DESC LIMIT ?`);
  const replace = db.prepare(`UPDATE holdfast_dead_letters SET record = ? WHERE ${ONE} AND record = ?`);
  const remove = db.prepare(`DELETE FROM holdfast_dead_letters WHERE ${ONE}`);
  const removeSame = db.prepare(`DELETE FROM holdfast_dead_letters WHERE ${ONE} AND record = ?`);
  const types = db.prepare(
    'SELECT DISTINCT event_type AS type FROM holdfast_dead_letters WHERE prefix = ? ORDER BY 1',
  );
  const count = db.prepare(
    'SELECT count(*) AS count FROM holdfast_dead_letters WHERE prefix = ? AND event_type = ?',
  );
  const older = db.prepare(`SELECT event_type AS eventType, id, record AS text FROM holdfast_dead_letters
    WHERE prefix = ? AND id < ? ORDER BY id LIMIT ?`);
  const at = ({ eventType, id }: EntryKey) => [prefix, eventType, id];
  return {
    insert: async (entry) => void insert.run(...at(entry), entry.text),
    read: async (key) => (read.get(...at(key)) as { record: string } | undefined)?.record,
    page: async (type, before = LAST_ID, limit) => page.all(prefix, type, before, limit) as Entry[],
    replace: async (entry, from) => replace.run(entry.text, ...at(entry), from).changes === 1,
    remove: async (key, from) =>
      (from === undefined ? remove.run(...at(key)) : removeSame.run(...at(key), from)).changes === 1,
    types: async () => (types.all(prefix) as { type: string }[]).map(({ type }) => type),
    count: async (type) => (count.get(prefix, type) as { count: number }).count,
    older: async (before, limit) => older.all(prefix, before, limit) as Entry[],
  };
}
