/** A value that is there already, asked for again and again. */
import { createCache } from '@holdfast/cache';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { type Loop, serveCases } from '../harness/cases.ts';

const VALUE = { id: 'usr_1', name: 'Ann', roles: ['admin', 'billing'], limits: { daily: 500 } };
const TTL_MS = 3_600_000;

function ours(share: 'copy' | 'frozen'): Loop {
  const cache = createCache<typeof VALUE>({ ttl: TTL_MS, share });
  return async (iterations) => {
    for (let index = 0; index < iterations; index += 1) await cache.getOrLoad('usr_1', () => VALUE);
  };
}

serveCases({
  copy: () => ours('copy'),
  frozen: () => ours('frozen'),
  bentocache: () => {
    const store = bentostore().useL1Layer(memoryDriver({ maxItems: 500 }));
    const bento = new BentoCache({ default: 'memory', stores: { memory: store } });
    return async (iterations) => {
      for (let index = 0; index < iterations; index += 1) {
        await bento.getOrSet({ key: 'usr_1', ttl: TTL_MS, factory: () => VALUE });
      }
    };
  },
});
