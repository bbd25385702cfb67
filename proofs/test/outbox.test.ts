import { describe, expect, it } from 'vitest';
import { createRandom } from '../src/harness/random.ts';
import { agree } from '../src/outbox/agreement.ts';
import { outbox } from '../src/outbox/outbox.ts';

describe('the proof of the outbox', () => {
  it('holds for a few kills', async () => {
    const context = { random: createRandom(3), size: 4, store: 'sqlite', progress: () => undefined };
    const { figures, violations } = await outbox.run(context);
    expect(violations).toEqual([]);
    expect(figures['orders']).toBeGreaterThan(0);
    expect(figures['leftInOutbox']).toBe(0);
  }, 120_000);

  const order = (n: number, key = 'k') => ({ id: `${key}${n}`, key, n });

  it('counts second deliveries, also those that come after later ones', () => {
    const orders = [order(1), order(2)];
    expect(agree(orders, [order(1), order(2), order(1)])).toEqual({ doubles: 1, violations: [] });
  });

  it('sees an event that was lost, one without its row, and one out of order', () => {
    expect(agree([order(1)], []).violations).toEqual([
      'order 1 of k was committed and its event never delivered (k1)',
    ]);
    expect(agree([], [order(1)]).violations).toEqual([
      'an event of k was delivered whose order 1 was not committed (k1)',
    ]);
    expect(agree([order(1), order(2)], [order(2), order(1)]).violations).toEqual([
      'order 1 of k was delivered after order 2',
    ]);
  });
});
