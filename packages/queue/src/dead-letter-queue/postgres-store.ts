import { loadPeer } from '../engines/load-peer.ts';
import type { LetterPgClient } from './clients.ts';
import type { DeadLetterStore, Entry, EntryKey } from './store.ts';

const UNDEFINED_TABLE = '42P01';
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 10_000;

/** Only one of several processes that begin at once makes the tables; the others wait for it. */
const CREATE_TABLES = `
  BEGIN;
  SELECT pg_advisory_xact_lock(hashtext('holdfast_dead_letters'));
  CREATE TABLE IF NOT EXISTS holdfast_dead_letters (
    prefix text NOT NULL,
    event_type text NOT NULL,
    id text COLLATE "C" NOT NULL,
    record text NOT NULL,
    PRIMARY KEY (prefix, event_type, id)
  );
  CREATE INDEX IF NOT EXISTS holdfast_dead_letters_by_age ON holdfast_dead_letters (prefix, id);
  COMMIT;`;

const TABLE = 'holdfast_dead_letters';
const ONE = 'prefix = $1 AND event_type = $2 AND id = $3';
const FIELDS = 'event_type AS "eventType", id, record AS text';
/** Greater than every id. */
const LAST_ID = '~';

/** PostgreSQL's text cannot hold U+0000, which JSON writes as an escape; it can stand in an event type only. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}');
}

/** Dead letters in PostgreSQL: with a `pg` Pool or Client of the application, or one of its own. */
export async function openPostgresStore(
  place: LetterPgClient | { url: string },
  prefix: string,
): Promise<DeadLetterStore> {
  const opened = 'url' in place ? await openPool(place.url) : undefined;
  const client = opened ?? (place as LetterPgClient);

  /** The tables are made when they are found missing: in normal life not one statement is spent on them. */
  async function query(text: string, values: unknown[]) {
    try {
      return await client.query(text, values);
    } catch (error) {
      if ((error as { code?: unknown }).code !== UNDEFINED_TABLE) throw error;
      await client.query(CREATE_TABLES);
      return client.query(text, values);
    }
  }
  const changed = async (text: string, values: unknown[]) => (await query(text, values)).rowCount === 1;
  const entries = async (text: string, values: unknown[]) =>
    (await query(text, values)).rows.map((row) => ({ ...(row as Entry) }));
  const at = ({ eventType, id }: EntryKey) => [prefix, withoutNul(eventType), withoutNul(id)];

  return {
    insert: async (entry) => {
      await query(`INSERT INTO ${TABLE} (prefix, event_type, id, record) VALUES ($1, $2, $3, $4)`, [
        ...at(entry),
        entry.text,
      ]);
    },
    read: async (key) => {
      const { rows } = await query(`SELECT record FROM ${TABLE} WHERE ${ONE}`, at(key));
      return (rows[0] as { record: string } | undefined)?.record;
    },
    page: (type, before = LAST_ID, limit) =>
      entries(
        `SELECT ${FIELDS} FROM ${TABLE} WHERE prefix = $1 AND event_type = $2 AND id < $3 ORDER BY id DESC LIMIT $4`,
        [prefix, withoutNul(type), withoutNul(before), limit],
      ),
    replace: (entry, from) =>
      changed(`UPDATE ${TABLE} SET record = $4 WHERE ${ONE} AND record = $5`, [
        ...at(entry),
        entry.text,
        from,
      ]),
    remove: (key, from) =>
      from === undefined
        ? changed(`DELETE FROM ${TABLE} WHERE ${ONE}`, at(key))
        : changed(`DELETE FROM ${TABLE} WHERE ${ONE} AND record = $4`, [...at(key), from]),
    types: async () => {
      const { rows } = await query(
        `SELECT DISTINCT event_type COLLATE "C" AS type FROM ${TABLE} WHERE prefix = $1 ORDER BY 1`,
        [prefix],
      );
      return rows.map((row) => (row as { type: string }).type);
    },
    count: async (type) => {
      const { rows } = await query(
        `SELECT count(*)::int AS count FROM ${TABLE} WHERE prefix = $1 AND event_type = $2`,
        [prefix, withoutNul(type)],
      );
      return (rows[0] as { count: number }).count;
    },
    older: (before, limit) =>
      entries(`SELECT ${FIELDS} FROM ${TABLE} WHERE prefix = $1 AND id < $2 ORDER BY id LIMIT $3`, [
        prefix,
        before,
        limit,
      ]),
    close: async () => {
      await opened?.end();
    },
  };
}

interface OpenedPool extends LetterPgClient {
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

async function openPool(connectionString: string): Promise<OpenedPool> {
  const { default: pg } = await loadPeer('pg', () => import('pg'));
  const pool: OpenedPool = new pg.Pool({
    connectionString,
    max: 4,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  // Each call fails with its own error; without a listener an idle connection that breaks would end the process.
  pool.on('error', () => undefined);
  return pool;
}
