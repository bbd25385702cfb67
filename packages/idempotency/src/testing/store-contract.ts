import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import type { ClaimRequest, IdempotencyStore, Lease } from '../stores/store.ts';

/** A store to be tried, empty, and the hands of its clock. */
export interface StoreHarness {
  readonly store: IdempotencyStore;
  /** Lets the store's time pass. */
  readonly advance: (ms: number) => Promise<void> | void;
}

/** One thing that a store must do; it throws an AssertionError when the store does not. */
export interface StoreCase {
  readonly name: string;
  readonly run: (harness: StoreHarness) => Promise<void>;
}

const LEASE_MS = 1_000;
const TTL_MS = 60_000;
const RESULT = Uint8Array.from([0, 255, 10, 13, 39, 0, 128, 1]);

function request(more: Partial<ClaimRequest> = {}): ClaimRequest {
  const base = { key: 'k', fingerprint: 'f', owner: 'a', leaseMs: LEASE_MS, ttlMs: TTL_MS, takeOver: false };
  return { ...base, ...more };
}

async function claimed(store: IdempotencyStore, more?: Partial<ClaimRequest>): Promise<Lease> {
  const { key, owner, ...rest } = request(more);
  const outcome = await store.claim({ key, owner, ...rest });
  ok(outcome.status === 'claimed', `the claim was answered "${outcome.status}"`);
  return { key, owner, token: outcome.token };
}

const statusOf = async (store: IdempotencyStore, more?: Partial<ClaimRequest>): Promise<string> =>
  (await store.claim(request(more))).status;

/** The cases every store must pass, for the test runner of your choice. */
export const storeContract: readonly StoreCase[] = [
  {
    name: 'gives a free key to the first who claims it',
    run: async ({ store }) => {
      const outcome = await store.claim(request());
      ok(outcome.status === 'claimed');
      equal(outcome.takenOver, false);
      ok(Number.isSafeInteger(outcome.token) && outcome.token > 0);
    },
  },
  {
    name: 'answers a second owner in-flight, with the rest of the lease',
    run: async ({ store, advance }) => {
      await claimed(store);
      await advance(400);
      const outcome = await store.claim(request({ owner: 'b' }));
      ok(outcome.status === 'in-flight');
      ok(outcome.retryAfterMs > 0 && outcome.retryAfterMs <= 600, String(outcome.retryAfterMs));
    },
  },
  {
    name: 'gives the same claim when the same owner claims again, as after a cut connection',
    run: async ({ store }) => {
      const first = await claimed(store);
      const again = await claimed(store);
      equal(again.token, first.token);
      equal((await store.complete(again, RESULT, TTL_MS)).status, 'stored');
    },
  },
  {
    name: 'gives one of many simultaneous claims the key and tells all others that it is in flight',
    run: async ({ store }) => {
      const owners = Array.from({ length: 20 }, (_, n) => `owner-${n}`);
      const statuses = await Promise.all(owners.map((owner) => statusOf(store, { owner })));
      equal(statuses.filter((status) => status === 'claimed').length, 1);
      equal(statuses.filter((status) => status === 'in-flight').length, 19);
    },
  },
  {
    name: 'gives an expired claim to one of many who want to take it over',
    run: async ({ store, advance }) => {
      await claimed(store);
      await advance(LEASE_MS);
      const owners = Array.from({ length: 20 }, (_, n) => `owner-${n}`);
      const statuses = await Promise.all(owners.map((owner) => statusOf(store, { owner, takeOver: true })));
      equal(statuses.filter((status) => status === 'claimed').length, 1);
      equal(statuses.filter((status) => status === 'in-flight').length, 19);
    },
  },
  {
    name: 'gives back the result byte for byte',
    run: async ({ store }) => {
      const lease = await claimed(store);
      deepEqual(await store.complete(lease, RESULT, TTL_MS), { status: 'stored' });
      const outcome = await store.claim(request({ owner: 'b' }));
      ok(outcome.status === 'completed');
      deepEqual([...outcome.result], [...RESULT]);
    },
  },
  {
    name: 'says of a completed record that it stays no longer than it does, if it says so',
    run: async ({ store, advance }) => {
      const lease = await claimed(store);
      await store.complete(lease, RESULT, TTL_MS);
      await advance(10_000);
      const outcome = await store.claim(request({ owner: 'b' }));
      ok(outcome.status === 'completed');
      const { leftMs } = outcome;
      ok(leftMs === undefined || (leftMs > 0 && leftMs <= TTL_MS - 10_000), String(leftMs));
    },
  },
  {
    name: 'keeps a result of no bytes apart from no result',
    run: async ({ store }) => {
      const lease = await claimed(store);
      await store.complete(lease, new Uint8Array(0), TTL_MS);
      const outcome = await store.claim(request({ owner: 'b' }));
      ok(outcome.status === 'completed', outcome.status);
      equal(outcome.result.length, 0);
    },
  },
  {
    name: 'refuses another fingerprint while in flight, after the lease and after completion',
    run: async ({ store, advance }) => {
      const lease = await claimed(store, { ttlMs: TTL_MS });
      const other = { owner: 'b', fingerprint: 'g', takeOver: true };
      equal(await statusOf(store, other), 'mismatch');
      await advance(LEASE_MS);
      equal(await statusOf(store, other), 'mismatch');
      await store.complete(lease, RESULT, TTL_MS);
      equal(await statusOf(store, other), 'mismatch');
    },
  },
  {
    name: 'keeps keys apart, whatever is in them',
    run: async ({ store }) => {
      const keys = ['a', 'A', 'a ', '{a}', "a'--", 'ä', 'ä', '%00', '*', 'a'.repeat(300)];
      for (const key of keys) equal(await statusOf(store, { key }), 'claimed', key);
      for (const key of keys) equal(await statusOf(store, { key, owner: 'b' }), 'in-flight', key);
    },
  },
  {
    name: 'answers expired when the lease has run out and nobody wants to take over',
    run: async ({ store, advance }) => {
      await claimed(store);
      await advance(LEASE_MS - 1);
      equal(await statusOf(store, { owner: 'b' }), 'in-flight');
      await advance(1);
      equal(await statusOf(store, { owner: 'b' }), 'expired');
    },
  },
  {
    name: 'gives a taken-over claim a larger token, and says so',
    run: async ({ store, advance }) => {
      const first = await claimed(store);
      await advance(LEASE_MS);
      const outcome = await store.claim(request({ owner: 'b', takeOver: true }));
      ok(outcome.status === 'claimed');
      equal(outcome.takenOver, true);
      ok(outcome.token > first.token, `${outcome.token} after ${first.token}`);
    },
  },
  {
    name: 'does not let an owner that was overtaken complete, renew or release',
    run: async ({ store, advance }) => {
      const slow = await claimed(store);
      await advance(LEASE_MS);
      const second = await claimed(store, { owner: 'b', takeOver: true });
      equal((await store.complete(slow, Uint8Array.of(1), TTL_MS)).status, 'lost');
      equal(await store.renew(slow, LEASE_MS), false);
      equal(await store.release(slow), false);
      equal((await store.complete(second, RESULT, TTL_MS)).status, 'stored');
      equal((await store.complete(slow, Uint8Array.of(1), TTL_MS)).status, 'lost');
    },
  },
  {
    name: 'lets an owner complete after its lease when nobody took over',
    run: async ({ store, advance }) => {
      const lease = await claimed(store);
      await advance(LEASE_MS * 3);
      equal((await store.complete(lease, RESULT, TTL_MS)).status, 'stored');
    },
  },
  {
    name: 'keeps the first result when the owner completes twice',
    run: async ({ store }) => {
      const lease = await claimed(store);
      await store.complete(lease, RESULT, TTL_MS);
      const outcome = await store.complete(lease, Uint8Array.of(9), TTL_MS);
      ok(outcome.status === 'kept');
      deepEqual([...outcome.result], [...RESULT]);
    },
  },
  {
    name: 'extends a lease by renewal, and ends it at once by a renewal of 0 ms',
    run: async ({ store, advance }) => {
      const lease = await claimed(store);
      await advance(900);
      equal(await store.renew(lease, LEASE_MS), true);
      await advance(900);
      equal(await statusOf(store, { owner: 'b' }), 'in-flight');
      equal(await store.renew(lease, 0), true);
      equal(await statusOf(store, { owner: 'b' }), 'expired');
    },
  },
  {
    name: 'keeps a claim that is renewed beyond its TTL',
    run: async ({ store, advance }) => {
      const lease = await claimed(store, { ttlMs: 1_500 });
      await advance(900);
      await store.renew(lease, LEASE_MS);
      await advance(900);
      equal(await statusOf(store, { owner: 'b' }), 'in-flight');
    },
  },
  {
    name: 'forgets a released key, which then has a new token',
    run: async ({ store }) => {
      const lease = await claimed(store);
      equal(await store.release(lease), true);
      equal(await store.release(lease), false);
      const next = await claimed(store, { owner: 'b', fingerprint: 'g' });
      notEqual(next.owner, lease.owner);
      equal((await store.complete(lease, RESULT, TTL_MS)).status, 'lost');
    },
  },
  {
    name: 'does not release what is completed',
    run: async ({ store }) => {
      const lease = await claimed(store);
      await store.complete(lease, RESULT, TTL_MS);
      equal(await store.release(lease), false);
      equal(await statusOf(store, { owner: 'b' }), 'completed');
    },
  },
  {
    name: 'forgets a result when its TTL, counted from completion, has passed',
    run: async ({ store, advance }) => {
      const lease = await claimed(store, { ttlMs: 5_000 });
      await advance(4_000);
      await store.complete(lease, RESULT, 5_000);
      await advance(4_999);
      equal(await statusOf(store, { owner: 'b' }), 'completed');
      await advance(1);
      const next = await store.claim(request({ owner: 'b', fingerprint: 'g' }));
      ok(next.status === 'claimed', next.status);
      equal(next.takenOver, false);
      ok(next.token > lease.token);
    },
  },
  {
    name: 'purges at most limit records in one call, and none before its time',
    run: async ({ store, advance }) => {
      for (let n = 0; n < 5; n += 1) await claimed(store, { key: `old-${n}`, ttlMs: 2_000 });
      await advance(1_000);
      await claimed(store, { key: 'young', ttlMs: 2_000 });
      await advance(1_000);
      let removed = 0;
      for (let calls = 0, more = true; more; calls += 1) {
        ok(calls < 20, 'purge() says "more" for ever');
        const step = await store.purge({ limit: 2 });
        ok(step.removed <= 2);
        removed += step.removed;
        more = step.more;
      }
      // A store that removes records by itself has nothing left to do.
      ok(removed === 5 || removed === 0, `${removed} removed`);
      equal(await statusOf(store, { key: 'young', owner: 'b' }), 'expired');
      equal(await statusOf(store, { key: 'old-1', owner: 'b' }), 'claimed');
    },
  },
];
