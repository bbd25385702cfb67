import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { defineSchema } from './index.ts';
import { indexName } from './migration-options.ts';
import { readModels } from './prisma/datamodel.ts';
import { joinModels } from './prisma/models.ts';
import { resolveOptions, type SoftDeleteExtensionOptions } from './prisma/options.ts';
import { createSoftDeleteRepository } from './sqlite/index.ts';

describe('defineSchema', () => {
  it('refuses a parent that is not there, a wrong action, columns that do not pair, and names that cannot be', () => {
    const child = (relation: object) => () => defineSchema({ a: {}, b: { relations: [relation as never] } });
    expect(child({ foreignKey: 'x', parent: 'c', onDelete: 'keep' })).toThrow('names the parent "c"');
    expect(child({ foreignKey: 'x', parent: 'a', onDelete: 'burn' })).toThrow(
      'onDelete of a relation of "b" is "burn"; it must be one of cascade, restrict, set null, keep.',
    );
    expect(child({ foreignKey: ['x', 'y'], parent: 'a', onDelete: 'keep' })).toThrow('they must be as many');
    expect(child({ foreignKey: [], parent: 'a', onDelete: 'keep' })).toThrow('is empty');
    expect(() => defineSchema({ 'a\u0000': {} })).toThrow('has no NUL in it');
    const plain = {
      softDelete: false,
      relations: [{ foreignKey: 'x', parent: 'a', onDelete: 'cascade' as const }],
    };
    expect(() => defineSchema({ a: {}, b: plain })).toThrow('its rows cannot be marked');
  });
});

describe('the repository', () => {
  const db = new Database(':memory:');
  db.exec(
    'CREATE TABLE rows (id INTEGER PRIMARY KEY, deleted_at INTEGER, deleted_by TEXT, deletion_id TEXT)',
  );
  const rows = createSoftDeleteRepository({ db, table: 'rows' });

  it('refuses a purge without bounds', () => {
    expect(() => rows.purge({ olderThanMs: -1 })).toThrow(
      'olderThanMs is -1; it must be 0 or more milliseconds.',
    );
    expect(() => rows.purge({ olderThanMs: 0, batchSize: 0 })).toThrow(
      'batchSize is 0; it must be an integer from 1 to 10000.',
    );
  });

  it('refuses a table that is not in the schema, or is not marked', () => {
    const schema = defineSchema({ rows: { softDelete: false } });
    expect(() => createSoftDeleteRepository({ db, schema, table: 'none' })).toThrow(
      'table is "none"; the schema has "rows".',
    );
    expect(() => createSoftDeleteRepository({ db, schema, table: 'rows' })).toThrow('softDelete: false');
  });

  it('refuses to erase nothing', () => {
    expect(() => rows.erase(1, {})).toThrow('erase: values is empty');
  });
});

describe('softDeleteExtension', () => {
  const schema = `model A {
  id Int @id
  deletedAt DateTime?
  deletedBy String?
  deletionId String?
}

model B {
  id Int @id
  deletedAt DateTime?
}`;
  const join =
    (options: SoftDeleteExtensionOptions, text = schema) =>
    () =>
      joinModels(readModels(text), resolveOptions(options));

  it('refuses a model that has not all of the fields, by name or by half', () => {
    expect(join({})).toThrow(
      '"B" has no deletedBy, deletionId. Add deletedAt DateTime?, deletedBy String? and deletionId String? to the model',
    );
    expect(join({ models: ['A'] })().schema.get('B')?.softDelete).toBe(false);
    expect(join({ models: ['C'] })).toThrow(
      'models names "C", which the Prisma schema does not have; it has A, B.',
    );
    expect(join({}, 'model C {\n  id Int @id\n}')).toThrow(
      '"every model" has no deletedAt, deletedBy, deletionId.',
    );
  });

  it('refuses a relation that is none, and a timeout that is none', () => {
    expect(join({ models: ['A'], onDelete: { 'A.b': 'keep' } })).toThrow('onDelete names "A.b"');
    expect(join({ transactionTimeoutMs: 0 })).toThrow(
      'transactionTimeoutMs is 0; it must be 1 or more milliseconds.',
    );
  });
});

it('cuts names of indexes to what PostgreSQL keeps, and does not mix them up', () => {
  expect(indexName('events', 'name', 'live')).toBe('events_name_live');
  const long = indexName('é'.repeat(40), 'a', 'live');
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(63);
  expect(long).not.toBe(indexName('é'.repeat(40), 'b', 'live'));
});
