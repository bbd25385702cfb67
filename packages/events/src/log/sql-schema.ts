import { type SqlDriver, type SqlStatement, schemaLock } from '../engines/sql-driver.ts';
import { EventsSchemaVersionError } from '../errors.ts';

const VERSION = 1;

/** @throws EventsSchemaVersionError */
export async function createLogTables(driver: SqlDriver): Promise<void> {
  const isSqlite = driver.dialect === 'sqlite';
  const integer = isSqlite ? 'INTEGER' : 'BIGINT';
  const strict = isSqlite ? ' STRICT' : '';
  const serial = isSqlite
    ? 'INTEGER PRIMARY KEY AUTOINCREMENT'
    : 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY';
  const statements: readonly SqlStatement[] = [
    ...schemaLock(driver),
    [
      `CREATE TABLE IF NOT EXISTS holdfast_events_schema (
      id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL)${strict}`,
    ],
    [`INSERT INTO holdfast_events_schema (id, version) VALUES (1, ${VERSION}) ON CONFLICT (id) DO NOTHING`],
    [
      `CREATE TABLE IF NOT EXISTS holdfast_events (
      position ${serial}, bus TEXT NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL, event_key TEXT,
      body TEXT NOT NULL, appended_at ${integer} NOT NULL)${strict}`,
    ],
    ['CREATE UNIQUE INDEX IF NOT EXISTS holdfast_events_by_id ON holdfast_events (bus, event_id)'],
    ['CREATE INDEX IF NOT EXISTS holdfast_events_by_position ON holdfast_events (bus, position)'],
    ['CREATE INDEX IF NOT EXISTS holdfast_events_by_time ON holdfast_events (bus, appended_at, position)'],
    [
      `CREATE TABLE IF NOT EXISTS holdfast_event_feeds (
      bus TEXT NOT NULL, grp TEXT NOT NULL, replay TEXT NOT NULL, types TEXT, settings TEXT NOT NULL,
      read_to ${integer} NOT NULL, lined_to ${integer} NOT NULL, until ${integer},
      PRIMARY KEY (bus, grp, replay))${strict}`,
    ],
    [
      `CREATE TABLE IF NOT EXISTS holdfast_event_lines (
      bus TEXT NOT NULL, feed TEXT NOT NULL, event_key TEXT NOT NULL, position ${integer} NOT NULL,
      state TEXT NOT NULL, PRIMARY KEY (bus, feed, event_key, position))${strict}`,
    ],
    [
      `CREATE INDEX IF NOT EXISTS holdfast_event_lines_waiting ON holdfast_event_lines (bus, position)
      WHERE state = 'waiting'`,
    ],
    [
      `CREATE TABLE IF NOT EXISTS holdfast_event_leases (
      name TEXT PRIMARY KEY, owner TEXT NOT NULL, expires_at ${integer} NOT NULL)${strict}`,
    ],
    ['SELECT version FROM holdfast_events_schema'],
  ];
  const rows = await driver.write(...statements);
  const version = Number(rows.at(-1)?.[0]?.['version']);
  if (version > VERSION) throw new EventsSchemaVersionError(version, VERSION);
}
