import type { Clock } from '@holdfast/context/clock';
import type { SqlDriver, SqlStatement } from '../engines/sql-driver.ts';
import { Announcements } from './announcements.ts';
import {
  type EventLog,
  type EventToLog,
  type Feed,
  feedName,
  type GroupSettings,
  type Join,
  type LeaseAnswer,
  type LoggedEvent,
  type LookAtLines,
  type OrderedEvent,
} from './event-log.ts';
import { type LeaseTable, takeLease } from './sql-lease.ts';
import { createLogTables } from './sql-schema.ts';

/** No position is as large. */
const END = Number.MAX_SAFE_INTEGER;
const EVERY_TYPE = null;
const LOOKED_AT_BY_TIME = 1000;
const LEASES: LeaseTable = { table: 'holdfast_event_leases', key: 'name' };

export interface SqlLogOptions {
  readonly bus: string;
  readonly clock: Clock;
  readonly pollIntervalMs: number;
}

/** @throws EventsSchemaVersionError; whatever the database throws */
export async function openSqlLog(driver: SqlDriver, options: SqlLogOptions): Promise<EventLog> {
  await createLogTables(driver);
  return new SqlLog(driver, options);
}

/** The log in tables of SQLite or PostgreSQL. */
class SqlLog implements EventLog {
  readonly #driver: SqlDriver;
  readonly #bus: string;
  readonly #clock: Clock;
  readonly #announcements: Announcements | undefined;

  constructor(driver: SqlDriver, { bus, clock, pollIntervalMs }: SqlLogOptions) {
    this.#driver = driver;
    this.#bus = bus;
    this.#clock = clock;
    // SQLite tells every connection of a commit.
    if (driver.dialect === 'postgres') this.#announcements = new Announcements(driver, bus, pollIntervalMs);
  }

  async append(events: readonly EventToLog[]): Promise<ReadonlySet<string>> {
    const at = this.#clock.wallTime();
    const [rows = []] = await this.#driver.write(this.#insert(events, at));
    return new Set(rows.map((row) => String(row['event_id'])));
  }

  async read(after: number, limit: number): Promise<readonly LoggedEvent[]> {
    const rows = await this.#driver.read(
      `SELECT position, event_id, type, event_key, body FROM holdfast_events
       WHERE bus = $1 AND position > $2 ORDER BY position LIMIT $3`,
      [this.#bus, after, limit],
    );
    return rows.map((row) => ({
      position: Number(row['position']),
      id: String(row['event_id']),
      type: String(row['type']),
      key: row['event_key'] as string | null,
      body: String(row['body']),
    }));
  }

  async join({ group, types, settings, from }: Join): Promise<void> {
    await this.#driver.write([
      `INSERT INTO holdfast_event_feeds (bus, grp, replay, types, settings, read_to, lined_to, until)
       SELECT $1, $2, '', $3, $4, start, start, NULL FROM (SELECT ${this.#before(from, '$5')} AS start) AS s WHERE true
       ON CONFLICT (bus, grp, replay) DO UPDATE SET types = excluded.types, settings = excluded.settings`,
      [this.#bus, group, typesJson(types), JSON.stringify(settings), Math.min(from, END)],
    ]);
  }

  async replay(group: string, replay: string, from: number): Promise<boolean> {
    const [rows = []] = await this.#driver.write([
      `INSERT INTO holdfast_event_feeds (bus, grp, replay, types, settings, read_to, lined_to, until)
       SELECT bus, grp, $3, types, settings, start, start, ${this.#head}
       FROM holdfast_event_feeds, (SELECT ${this.#before(from, '$4')} AS start) AS s
       WHERE bus = $1 AND grp = $2 AND replay = ''
       RETURNING grp`,
      [this.#bus, group, replay, Math.min(from, END)],
    ]);
    return rows.length > 0;
  }

  async leave(group: string): Promise<boolean> {
    const [rows = []] = await this.#driver.write(
      ['DELETE FROM holdfast_event_feeds WHERE bus = $1 AND grp = $2 RETURNING grp', [this.#bus, group]],
      [
        `DELETE FROM holdfast_event_lines WHERE bus = $1
         AND (feed = $2 OR substr(feed, 1, length($2) + 1) = $2 || '~')`,
        [this.#bus, group],
      ],
    );
    return rows.length > 0;
  }

  async feeds(): Promise<readonly Feed[]> {
    const rows = await this.#driver.read(
      'SELECT grp, replay, types, settings, read_to, until FROM holdfast_event_feeds WHERE bus = $1',
      [this.#bus],
    );
    return rows.map((row) => ({
      group: String(row['grp']),
      replay: String(row['replay']),
      types: typeof row['types'] === 'string' ? (JSON.parse(row['types']) as string[]) : undefined,
      settings: JSON.parse(String(row['settings'])) as GroupSettings,
      cursor: Number(row['read_to']),
      until: row['until'] === null ? undefined : Number(row['until']),
    }));
  }

  async advance(moves: readonly { readonly feed: Feed; readonly to: number }[]): Promise<void> {
    const isEnded = ({ feed: { until }, to }: (typeof moves)[number]) => until !== undefined && to >= until;
    const statements = [
      ...this.#forEach(
        `UPDATE holdfast_event_feeds AS f SET read_to = m.position FROM moves AS m
         WHERE f.bus = $1 AND f.grp = m.grp AND f.replay = m.replay AND f.read_to < m.position`,
        moves.filter((move) => !isEnded(move)),
      ),
      ...this.#forEach(
        `DELETE FROM holdfast_event_feeds
         WHERE bus = $1 AND (grp, replay) IN (SELECT m.grp, m.replay FROM moves AS m)`,
        moves.filter(isEnded),
      ),
    ];
    if (statements.length > 0) await this.#driver.writeUnsynced(...statements);
  }

  async head(): Promise<number> {
    const [row] = await this.#driver.read(`SELECT ${this.#head} AS head`, [this.#bus]);
    return Number(row?.['head'] ?? 0);
  }

  async line(feed: Feed, events: readonly OrderedEvent[], to: number): Promise<ReadonlyMap<string, number>> {
    const name = feedName(feed);
    const keys = [...new Set(events.map(({ key }) => key))];
    const results = await this.#driver.writeUnsynced(
      ...this.#lockLine(name),
      [
        `INSERT INTO holdfast_event_lines (bus, feed, event_key, position, state)
         SELECT $1, $2, ${this.#isPostgres ? 'k, p::bigint' : "value ->> 'key', value ->> 'position'"}, 'waiting'
         FROM ${this.#isPostgres ? 'unnest($3::text[], $4::text[]) AS u(k, p)' : 'json_each($3)'}
         WHERE ${this.#isPostgres ? 'p::bigint' : "value ->> 'position'"} > (
           SELECT lined_to FROM holdfast_event_feeds
           WHERE bus = $1 AND grp = ${this.#isPostgres ? '$5 AND replay = $6' : '$4 AND replay = $5'})
         ON CONFLICT DO NOTHING`,
        [
          this.#bus,
          name,
          ...(this.#isPostgres
            ? [events.map(({ key }) => key), events.map(({ position }) => String(position))]
            : [JSON.stringify(events)]),
          feed.group,
          feed.replay,
        ],
      ],
      [
        `UPDATE holdfast_event_feeds SET lined_to = $4
         WHERE bus = $1 AND grp = $2 AND replay = $3 AND lined_to < $4`,
        [this.#bus, feed.group, feed.replay, to],
      ],
      [
        `SELECT k AS event_key, (${firstOf('k')}) AS position
         FROM (SELECT ${this.#isPostgres ? 'unnest($3::text[]) AS k' : 'value AS k FROM json_each($3)'}) AS keys`,
        [this.#bus, name, this.#isPostgres ? keys : JSON.stringify(keys)],
      ],
    );
    const firsts = (results.at(-1) ?? []).filter((row) => row['position'] !== null);
    return new Map(firsts.map((row) => [String(row['event_key']), Number(row['position'])]));
  }

  async place({ feed, key, position }: OrderedEvent): Promise<'waiting' | 'dead' | undefined> {
    const [row] = await this.#driver.read(
      `SELECT state FROM holdfast_event_lines
       WHERE bus = $1 AND feed = $2 AND event_key = $3 AND position = $4`,
      [this.#bus, feed, key, position],
    );
    return row?.['state'] as 'waiting' | 'dead' | undefined;
  }

  async settle({ feed, key, position }: OrderedEvent, as: 'handled' | 'dead'): Promise<number | undefined> {
    const where = 'bus = $1 AND feed = $2 AND event_key = $3';
    const values = [this.#bus, feed, key];
    const results = await this.#driver.writeUnsynced(
      ...this.#lockLine(feed),
      [
        as === 'handled'
          ? `DELETE FROM holdfast_event_lines WHERE ${where} AND position = $4`
          : `UPDATE holdfast_event_lines SET state = 'dead' WHERE ${where} AND position = $4`,
        [...values, position],
      ],
      [firstOf('$3'), values],
    );
    const next = results.at(-1)?.[0]?.['position'];
    return next === undefined ? undefined : Number(next);
  }

  async firstInLine(limit: number, after = 0): Promise<LookAtLines> {
    const rows = await this.#driver.read(
      `SELECT feed, event_key, position, EXISTS (
         SELECT 1 FROM holdfast_event_lines AS before WHERE before.bus = line.bus AND before.feed = line.feed
         AND before.event_key = line.event_key AND before.position < line.position AND before.state = 'waiting'
       ) AS is_later
       FROM holdfast_event_lines AS line
       WHERE bus = $1 AND state = 'waiting' AND position > $2 ORDER BY position LIMIT $3`,
      [this.#bus, after, limit],
    );
    const first = rows
      .filter((row) => !row['is_later'])
      .map((row) => ({
        feed: String(row['feed']),
        key: String(row['event_key']),
        position: Number(row['position']),
      }));
    return { first, to: rows.length < limit ? undefined : Number(rows.at(-1)?.['position']) };
  }

  lease(name: string, owner: string, leaseMs: number, stale?: string): Promise<LeaseAnswer> {
    return takeLease(this.#driver, LEASES, { name: `${this.#bus}/${name}`, owner, leaseMs, stale });
  }

  async release(name: string, owner: string): Promise<void> {
    await this.#driver.writeUnsynced([
      'DELETE FROM holdfast_event_leases WHERE name = $1 AND owner = $2',
      [`${this.#bus}/${name}`, owner],
    ]);
  }

  async trim(before: number, limit: number): Promise<number> {
    // The oldest are taken first and then looked at: what has to stay must not be passed over again and again.
    const [rows = []] = await this.#driver.writeUnsynced([
      `DELETE FROM holdfast_events WHERE position IN (
         SELECT position FROM (
           SELECT position FROM holdfast_events WHERE bus = $1 AND appended_at < $2 ORDER BY appended_at LIMIT $3) AS old
         WHERE position <= COALESCE((SELECT MIN(read_to) FROM holdfast_event_feeds WHERE bus = $1), ${END})
         AND position < COALESCE((SELECT position FROM holdfast_event_lines
                                  WHERE bus = $1 AND state = 'waiting' ORDER BY position LIMIT 1), ${END}))
       RETURNING position`,
      [this.#bus, before, limit],
    ]);
    return rows.length;
  }

  /** A database that is made anew is another one, of which its processes know nothing. */
  onLost(): void {}

  announce(): void {
    this.#announcements?.announce();
  }

  watch(onChange: () => void): () => void {
    return this.#driver.watch(onChange);
  }

  close(): Promise<void> {
    this.#announcements?.close();
    return this.#driver.close();
  }

  get #isPostgres(): boolean {
    return this.#driver.dialect === 'postgres';
  }

  /** One statement for all feeds at once, which sees them as the table `moves`. */
  #forEach(
    sql: string,
    moves: readonly { readonly feed: Feed; readonly to: number }[],
  ): readonly SqlStatement[] {
    if (moves.length === 0) return [];
    const rows = moves.map(({ feed: { group, replay }, to }) => ({ group, replay, to }));
    if (!this.#isPostgres) {
      const table = `moves(grp, replay, position) AS (
        SELECT value ->> 'group', value ->> 'replay', value ->> 'to' FROM json_each($2))`;
      return [[`WITH ${table} ${sql}`, [this.#bus, JSON.stringify(rows)]]];
    }
    const table = `moves(grp, replay, position) AS (
      SELECT g, r, p::bigint FROM unnest($2::text[], $3::text[], $4::text[]) AS u(g, r, p))`;
    const columns = [
      rows.map(({ group }) => group),
      rows.map(({ replay }) => replay),
      rows.map(({ to }) => String(to)),
    ];
    return [[`WITH ${table} ${sql}`, [this.#bus, ...columns]]];
  }

  get #head(): string {
    return '(SELECT COALESCE(MAX(position), 0) FROM holdfast_events WHERE bus = $1)';
  }

  /**
   * The position before the first event of a time. A clock may have gone back, so that the first by time is not the
   * first in the log: so many that follow are looked at.
   */
  #before(from: number, time: string): string {
    const byTime = `(SELECT position FROM holdfast_events WHERE bus = $1 AND appended_at >= ${time}
                     ORDER BY appended_at, position LIMIT ${LOOKED_AT_BY_TIME}) AS t`;
    // From the start the time is named only because it is given.
    const all = `holdfast_events WHERE bus = $1 AND ${time} = ${time}`;
    return `COALESCE((SELECT MIN(position) - 1 FROM ${from > 0 ? byTime : all}), ${this.#head})`;
  }

  #insert(events: readonly EventToLog[], at: number): SqlStatement {
    const columns = 'INSERT INTO holdfast_events (bus, event_id, type, event_key, body, appended_at)';
    if (!this.#isPostgres) {
      const sql = `${columns}
        SELECT $1, value ->> 'id', value ->> 'type', value ->> 'key', value ->> 'body', $2
        FROM json_each($3) WHERE true ORDER BY json_each.key
        ON CONFLICT DO NOTHING RETURNING event_id`;
      return [sql, [this.#bus, at, JSON.stringify(events)]];
    }
    // A sequence gives its numbers before the commit, so that a reader could pass by one that is not visible yet.
    // Under this lock, which is held until the commit, whatever is committed later has a larger number.
    const sql = `WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('holdfast_events/' || $1, 0)))
      ${columns}
      SELECT $1, u.id, u.type, u.key, u.body, $2::bigint
      FROM locked, unnest($3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS u(id, type, key, body, n)
      ORDER BY u.n ON CONFLICT DO NOTHING RETURNING event_id`;
    return [
      sql,
      [
        this.#bus,
        at,
        events.map(({ id }) => id),
        events.map(({ type }) => type),
        events.map(({ key }) => key),
        events.map(({ body }) => body),
      ],
    ];
  }

  /** So that one who settles and one who lines up cannot both miss what the other does. */
  #lockLine(feed: string): readonly SqlStatement[] {
    if (!this.#isPostgres) return [];
    return [['SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [`${this.#bus}/${feed}`]]];
  }
}

/** Of a bus, a feed and a key; those behind it are not looked at, however many they are. */
function firstOf(key: string): string {
  return `SELECT position FROM holdfast_event_lines
          WHERE bus = $1 AND feed = $2 AND event_key = ${key} AND state = 'waiting' ORDER BY position LIMIT 1`;
}

function typesJson(types: readonly string[] | undefined): string | null {
  return types === undefined ? EVERY_TYPE : JSON.stringify(types);
}
