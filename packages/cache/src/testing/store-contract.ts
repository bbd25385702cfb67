import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import type { CacheStore, Invalidation } from '../store.ts';

/**
 * Two stores of one name, as two processes have them, and one of another name. Names that no case before has used: what
 * was published in one may come late, and the next one listens.
 */
export interface StoreHarness {
  readonly here: CacheStore;
  readonly there: CacheStore;
  readonly other: CacheStore;
}

/** One thing that a store must do; it throws an AssertionError when the store does not. */
export interface StoreCase {
  readonly name: string;
  readonly run: (harness: StoreHarness) => Promise<void>;
}

const HOUR_MS = 3_600_000;
const HOSTILE_KEYS = [
  '',
  ' ',
  '{',
  '}',
  '{}',
  'a}b{c',
  '*',
  '?[x]',
  '%7d',
  '\u0000',
  'é',
  '😀',
  '\n',
  ':fence',
];

const bytes = (text: string) => new TextEncoder().encode(text);

async function textIn(store: CacheStore, key: string): Promise<string | undefined> {
  const { value } = await store.get(key);
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

/** Listens until `count` messages of others have come. */
function heard(store: CacheStore, count: number): { ready: Promise<void>; all: Promise<Invalidation[]> } {
  const messages: Invalidation[] = [];
  let finish: (messages: Invalidation[]) => void = () => undefined;
  const all = new Promise<Invalidation[]>((resolve) => (finish = resolve));
  const ready = store.listen((message) => {
    if (message.kind === 'reset') return;
    messages.push(message);
    if (messages.length === count) finish(messages);
  });
  return { ready, all };
}

const byKind = (a: Invalidation, b: Invalidation) => a.kind.localeCompare(b.kind);

/** The cases every store must pass, for the test runner of your choice. */
export const storeContract: readonly StoreCase[] = [
  {
    name: 'gives back the bytes it was given, to every process',
    run: async ({ here, there }) => {
      const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const { fence, value } = await here.get('k');
      equal(value, undefined);
      await here.set('k', all, HOUR_MS, fence);
      deepEqual([...((await there.get('k')).value ?? [])], [...all]);
    },
  },
  {
    name: 'keeps hostile keys apart',
    run: async ({ here }) => {
      for (const key of HOSTILE_KEYS) await here.set(key, bytes(`value of ${key}`), HOUR_MS, undefined);
      for (const key of HOSTILE_KEYS) equal(await textIn(here, key), `value of ${key}`);
      await here.delete('*');
      equal(await textIn(here, '?[x]'), 'value of ?[x]');
      equal(await textIn(here, '*'), undefined);
    },
  },
  {
    name: 'keeps the values of another name apart',
    run: async ({ here, other }) => {
      await here.set('k', bytes('mine'), HOUR_MS, undefined);
      equal(await textIn(other, 'k'), undefined);
      await other.clear();
      equal(await textIn(here, 'k'), 'mine');
    },
  },
  {
    name: 'writes nothing that was read before a removal',
    run: async ({ here, there }) => {
      const before = await here.get('k');
      await there.delete('k');
      await here.set('k', bytes('old'), HOUR_MS, before.fence);
      equal(await textIn(here, 'k'), undefined);
      const after = await here.get('k');
      notEqual(after.fence, before.fence);
      await here.set('k', bytes('new'), HOUR_MS, after.fence);
      equal(await textIn(there, 'k'), 'new');
    },
  },
  {
    name: 'removes what contains a text, and nothing else',
    run: async ({ here }) => {
      for (const key of ['user:1', 'user:2', 'order:1', 'a*b'])
        await here.set(key, bytes(key), HOUR_MS, undefined);
      await here.deleteMatching('user:');
      equal(await textIn(here, 'user:1'), undefined);
      equal(await textIn(here, 'user:2'), undefined);
      equal(await textIn(here, 'order:1'), 'order:1');
      await here.deleteMatching('*');
      equal(await textIn(here, 'order:1'), 'order:1');
      equal(await textIn(here, 'a*b'), undefined);
    },
  },
  {
    name: 'removes what is of one tenant, and nothing of one whose name begins or ends alike',
    run: async ({ here, there }) => {
      const keyOf = (tenant: string, path: string) => `GET h${path} tenant="${tenant}" principal="p"`;
      const tenants = ['acme', 'acme2', 'my-acme', 'ACME', '%2A', '%20', ''];
      for (const tenant of tenants) {
        for (const path of ['/', '/a?b=*'])
          await here.set(keyOf(tenant, path), bytes(tenant), HOUR_MS, undefined);
      }
      const told = heard(here, 1);
      await told.ready;
      await there.deleteMatching(' tenant="acme"');
      deepEqual(await told.all, [{ kind: 'matching', text: ' tenant="acme"' }]);
      for (const path of ['/', '/a?b=*']) {
        const left = await Promise.all(tenants.map((tenant) => textIn(here, keyOf(tenant, path))));
        deepEqual(left, [undefined, ...tenants.slice(1)]);
      }
    },
  },
  {
    name: 'removes thousands of values at once',
    run: async ({ here }) => {
      const keys = Array.from({ length: 2_500 }, (_, n) => `key-${n}`);
      await Promise.all(keys.map((key) => here.set(key, bytes('x'), HOUR_MS, undefined)));
      await here.clear();
      const left = await Promise.all(keys.map((key) => textIn(here, key)));
      ok(left.every((value) => value === undefined));
    },
  },
  {
    name: 'tells the others what was removed, and not who removed it',
    run: async ({ here, there }) => {
      const own = heard(here, 1);
      const others = heard(there, 3);
      await Promise.all([own.ready, others.ready]);
      await here.delete('a');
      await here.deleteMatching('b');
      await here.clear();
      deepEqual((await others.all).toSorted(byKind), [
        { kind: 'all' },
        { kind: 'key', key: 'a' },
        { kind: 'matching', text: 'b' },
      ]);
      await there.delete('z');
      deepEqual(await own.all, [{ kind: 'key', key: 'z' }]);
    },
  },
];
