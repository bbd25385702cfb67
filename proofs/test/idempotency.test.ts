import { redisServer } from '@holdfast/test-servers';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../src/harness/random.ts';
import { check } from '../src/idempotency/check.ts';
import { idempotency } from '../src/idempotency/idempotency.ts';

const SECONDS = 2;

describe('the proof of idempotency, for a short time', () => {
  it.each(['sqlite', 'memory', 'redis', 'postgres'])(
    'holds with %s',
    async (store) => {
      if (store === 'redis' && redisServer() === undefined) return;
      const context = { random: createRandom(11), size: SECONDS, store, progress: () => undefined };
      const { figures, violations } = await idempotency.run(context);
      expect(violations).toEqual([]);
      expect(figures['effects']).toBeGreaterThan(0);
    },
    120_000,
  );
});

describe('check', () => {
  const effect = (key: string, id: string) => ({ key, id });

  it('finds a second effect, a different answer and an answer without its effect', () => {
    const history = [{ key: 'plain-1', answers: ['a', 'c'], last: 'done' as const }];
    const { violations } = check(history, [effect('plain-1', 'a'), effect('plain-1', 'b')], true);
    expect(violations).toEqual([
      'plain-1: answered c, an effect that was not committed',
      'plain-1: 2 effects (a, b)',
      'plain-1: different answers (a, c)',
    ]);
  });

  it('counts a second effect of run-again without a transaction as documented, and only there', () => {
    const effects = (key: string) => [effect(key, 'a'), effect(key, 'b')];
    const doubled = (key: string, joins: boolean) =>
      check([{ key, answers: ['b'], last: 'done' }], effects(key), joins);
    expect(doubled('again-1', true)).toEqual({ violations: [], documentedDoubles: 1 });
    expect(doubled('againtx-1', false)).toEqual({ violations: [], documentedDoubles: 1 });
    expect(doubled('againtx-1', true).violations).toEqual(['againtx-1: 2 effects (a, b)']);
  });

  it('finds a committed effect whose answer is lost, and one that nobody asked for', () => {
    const history = [{ key: 'tx-1', answers: [], last: 'unknown' as const }];
    expect(check(history, [effect('tx-1', 'a'), effect('tx-9', 'z')], true).violations).toEqual([
      'tx-1: its effect was committed with its record, and the last answer was "unknown"',
      'an effect for tx-9, which nobody asked for',
    ]);
  });
});
