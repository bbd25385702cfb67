import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { createSoftDeleteRepository } from './sqlite/index.ts';

it('publishes what was deleted, restored, erased and purged, by table, and no values', () => {
  const facts: [string, unknown][] = [];
  const names = ['deleted', 'restored', 'erased', 'purged'];
  const listen = (fact: unknown, channel: string | symbol) => void facts.push([String(channel), fact]);
  for (const name of names) subscribe(`holdfast:soft-delete:${name}`, listen);
  const db = new Database(':memory:');
  db.exec(
    'CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT, deleted_at INTEGER, deleted_by TEXT, deletion_id TEXT)',
  );
  const people = createSoftDeleteRepository({ db, table: 'people' });
  people.insert({ id: 1, mail: 'a@b.example' });
  const { deletionId } = people.delete(1);
  people.restore(1);
  people.deleteMany({ mail: 'nobody' });
  people.erase(1, { mail: null });
  people.delete(1);
  people.purge({ olderThanMs: 0 });
  for (const name of names) unsubscribe(`holdfast:soft-delete:${name}`, listen);
  const fact = { engine: 'sqlite', table: 'people' };
  const counts = { people: 1 };
  expect(facts).toEqual([
    ['holdfast:soft-delete:deleted', { ...fact, deletionId, counts }],
    ['holdfast:soft-delete:restored', { ...fact, deletionId, counts }],
    ['holdfast:soft-delete:erased', { ...fact, columns: ['mail'] }],
    ['holdfast:soft-delete:deleted', { ...fact, deletionId: expect.any(String), counts }],
    ['holdfast:soft-delete:purged', { ...fact, counts }],
  ]);
});
