import { subscribeSafely } from '@holdfast/context/channels';
import { expect, it, onTestFinished } from 'vitest';
import type { IdempotencyRequest } from './channels.ts';
import { idempotent } from './idempotent.ts';
import { MemoryIdempotencyStore } from './stores/memory.ts';

it('tells holdfast:idempotency:request how each call with a key was answered', async () => {
  const seen: IdempotencyRequest[] = [];
  onTestFinished(
    subscribeSafely<IdempotencyRequest>('holdfast:idempotency:request', (fact) => void seen.push(fact)),
  );
  const store = new MemoryIdempotencyStore();
  const fn = idempotent<number, number>((n) => n, { store, key: () => 'k' });
  await fn(1);
  await fn(1);
  await fn(2).catch(() => undefined);
  expect(seen).toEqual([
    { source: 'function', outcome: 'fresh' },
    { source: 'function', outcome: 'replayed' },
    { source: 'function', outcome: 'conflict' },
  ]);
  await store.close();
});
