import { TracedDatabase } from '@holdfast/tracing/sqlite';
import Database from 'better-sqlite3';

export interface App {
  readonly id: number;
  readonly name: string;
}

export interface Catalog {
  list(): readonly App[];
  add(name: string): App;
}

/** In memory: a playground leaves nothing behind. */
export function openCatalog(): Catalog {
  const db = new TracedDatabase(new Database(':memory:'));
  db.exec('CREATE TABLE apps (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT');
  const all = db.prepare('SELECT id, name FROM apps ORDER BY id DESC LIMIT 100');
  const insert = db.prepare('INSERT INTO apps (name) VALUES (?) RETURNING id, name');
  return {
    list: () => all.all() as App[],
    add: (name) => insert.get(name) as App,
  };
}
