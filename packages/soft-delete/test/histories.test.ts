import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineSchema } from '../src/index.ts';
import { databases, MARKS, type Repository, type TestDatabase } from './databases.ts';

/** Nodes of a forest with a cascading parent; names are unique among the live. */
const schema = defineSchema({
  nodes: { relations: [{ foreignKey: 'parent_id', parent: 'nodes', onDelete: 'cascade' }] },
});
const NODES = `CREATE TABLE nodes (id INTEGER PRIMARY KEY, name TEXT NOT NULL, parent_id INTEGER REFERENCES nodes (id), ${MARKS});
  CREATE UNIQUE INDEX nodes_name ON nodes (name) WHERE deleted_at IS NULL`;

interface Node {
  readonly name: string;
  readonly parent: number | null;
  /** The act that deleted it, or undefined while it lives. */
  act: number | undefined;
}

/** What soft delete means, in as few words as possible. */
class Model {
  readonly nodes = new Map<number, Node>();
  #acts = 0;

  live(id: number | null): boolean {
    const node = id === null ? undefined : this.nodes.get(id);
    return node !== undefined && node.act === undefined;
  }

  create(id: number, name: string, parent: number | null): boolean {
    if (this.nodes.has(id) || this.#taken(name) || (parent !== null && !this.live(parent))) return false;
    this.nodes.set(id, { name, parent, act: undefined });
    return true;
  }

  delete(id: number): boolean {
    if (!this.live(id)) return false;
    this.#acts += 1;
    const mark = (root: number): void => {
      const node = this.nodes.get(root);
      if (node === undefined || node.act !== undefined) return;
      node.act = this.#acts;
      for (const [child, { parent }] of this.nodes) if (parent === root) mark(child);
    };
    mark(id);
    return true;
  }

  restore(id: number): boolean {
    const act = this.nodes.get(id)?.act;
    if (act === undefined) return false;
    const rows = [...this.nodes.values()].filter((node) => node.act === act);
    for (const { name, parent } of rows) {
      const above = parent === null ? undefined : this.nodes.get(parent)?.act;
      if (this.#taken(name) || (above !== undefined && above !== act)) return false;
    }
    if (new Set(rows.map(({ name }) => name)).size < rows.length) return false;
    for (const node of rows) node.act = undefined;
    return true;
  }

  purge(): number {
    let removed = 0;
    for (let again = true; again; ) {
      again = false;
      for (const [id, node] of this.nodes) {
        const isParent = [...this.nodes.values()].some(({ parent }) => parent === id);
        if (node.act === undefined || isParent) continue;
        this.nodes.delete(id);
        removed += 1;
        again = true;
      }
    }
    return removed;
  }

  get active(): number[] {
    return [...this.nodes].flatMap(([id, { act }]) => (act === undefined ? [id] : [])).sort((a, b) => a - b);
  }

  #taken(name: string): boolean {
    return [...this.nodes.values()].some((node) => node.act === undefined && node.name === name);
  }
}

type Step =
  | { readonly kind: 'create'; readonly id: number; readonly name: string; readonly parent: number | null }
  | { readonly kind: 'delete' | 'restore'; readonly id: number }
  | { readonly kind: 'purge' };

const id = fc.integer({ min: 1, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      id,
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      parent: fc.option(id, { freq: 1 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('delete' as const), id }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('restore' as const), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('purge' as const) }) },
);

/** What every history begins with, so that most of its steps have something to act on. */
const PLANTED: readonly Step[] = [
  { kind: 'create', id: 1, name: 'a', parent: null },
  { kind: 'create', id: 2, name: 'b', parent: 1 },
  { kind: 'create', id: 3, name: 'c', parent: 2 },
];

async function perform(nodes: Repository, asked: Step): Promise<number | boolean> {
  if (asked.kind === 'purge') return (await nodes.purge({ olderThanMs: 0 })).removed;
  const done = await (asked.kind === 'create'
    ? nodes.insert({ id: asked.id, name: asked.name, parent_id: asked.parent })
    : nodes[asked.kind](asked.id)
  ).catch((error: { code?: string }) => {
    // Refusals of this package, and of the keys of the table; anything else is a defect.
    expect(error.code).toMatch(/^(?:ERR_SOFT_DELETE_|SQLITE_CONSTRAINT|23505)/);
    return undefined;
  });
  return done !== undefined;
}

function expected(model: Model, asked: Step): number | boolean {
  if (asked.kind === 'purge') return model.purge();
  return asked.kind === 'create'
    ? model.create(asked.id, asked.name, asked.parent)
    : model[asked.kind](asked.id);
}

describe.each(databases)('random histories on %s', (_name, open) => {
  let database: TestDatabase;
  let nodes: Repository;
  let connections: Repository[];
  beforeAll(async () => {
    database = await open();
    await database.run(NODES);
    nodes = database.repository(schema, 'nodes');
    connections = Array.from({ length: 5 }, () => database.elsewhere(schema, 'nodes'));
  });
  afterAll(() => database.close());
  const active = async () => (await nodes.findMany({}, { orderBy: { id: 'asc' } })).map((row) => row['id']);

  it('leave exactly those rows active that a plain model says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 40 }), async (history) => {
        await database.run('UPDATE nodes SET parent_id = NULL; DELETE FROM nodes');
        const model = new Model();
        for (const asked of [...PLANTED, ...history]) {
          expect([asked, await perform(nodes, asked)]).toEqual([asked, expected(model, asked)]);
          expect(await active()).toEqual(model.active);
        }
        expect(await nodes.count({}, { onlyDeleted: true })).toBe(model.nodes.size - model.active.length);
      }),
      { numRuns: database.name === 'sqlite' ? 100 : 15 },
    );
  });

  it('from several connections at once never leave a live row below a deleted one, or two live twins', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 3, maxLength: 8 }), { minLength: 3, maxLength: 5 }),
        async (sessions) => {
          await database.run('UPDATE nodes SET parent_id = NULL; DELETE FROM nodes');
          for (const asked of PLANTED) await perform(nodes, asked);
          await Promise.all(
            sessions.map(async (session, index) => {
              const connection = connections[index] ?? nodes;
              for (const asked of session) await perform(connection, asked);
            }),
          );
          expect(
            await database.rows(`SELECT c.id FROM nodes c JOIN nodes p ON p.id = c.parent_id
            WHERE c.deleted_at IS NULL AND p.deleted_at IS NOT NULL`),
          ).toEqual([]);
          expect(
            await database.rows('SELECT id FROM nodes WHERE (deleted_at IS NULL) <> (deletion_id IS NULL)'),
          ).toEqual([]);
          expect(
            await database.rows(
              'SELECT name FROM nodes WHERE deleted_at IS NULL GROUP BY name HAVING count(*) > 1',
            ),
          ).toEqual([]);
        },
      ),
      { numRuns: database.name === 'sqlite' ? 15 : 15 },
    );
  });
});
