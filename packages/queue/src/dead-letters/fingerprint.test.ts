import { describe, expect, it } from 'vitest';
import { withTrailer } from '../failures/attempt-history.ts';
import { fingerprintOf, normalise } from './fingerprint.ts';

function death(stack: string) {
  return fingerprintOf({
    stacktrace: [withTrailer(stack, 1, 'transient', 1_700_000_000_000)],
    failedReason: 'unused',
  });
}

const FRAME = '    at charge (/srv/a/src/pay.ts:10:5)';

describe('normalise', () => {
  it.each([
    ['order 4711 is closed', 'order # is closed'],
    ['user 0b5c2f0e-6c5e-4d3e-9a53-0a6f0f3c9d11 gone', 'user # gone'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED #.#.#.#:#'],
    ['evt_1Nq8 after 30s\n\tand more', '# after # and more'],
    ['token abcdefghijklmnopqrstuvwxyzABC', 'token #'],
    ['заказ № ١٢ закрыт', 'заказ № # закрыт'],
  ])('writes %j as %j', (message, expected) => {
    expect(normalise(message)).toBe(expected);
  });

  it('is bounded', () => {
    expect(normalise('word '.repeat(100_000)).length).toBeLessThanOrEqual(300);
  });
});

describe('the fingerprint', () => {
  it('is the same for other ids, lines, folders and hosts', () => {
    const { fingerprint } = death(`Error: no order 1\n${FRAME}`);
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(death('Error: no order 2\n    at charge (/opt/b/src/pay.ts:99:1)').fingerprint).toBe(fingerprint);
    expect(death('Error: no order 2\n    at charge (file:///opt/src/pay.ts?v=2:99:1)').fingerprint).toBe(
      fingerprint,
    );
  });

  it('differs by error class, message, function and failure class', () => {
    const all = [
      death(`Error: no order 1\n${FRAME}`),
      death(`TypeError: no order 1\n${FRAME}`),
      death(`Error: no item 1\n${FRAME}`),
      death('Error: no order 1\n    at refund (/srv/a/src/pay.ts:10:5)'),
      fingerprintOf({ stacktrace: [`Error: no order 1\n${FRAME}`], failedReason: '' }),
    ];
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(5);
  });

  it("passes over Node's own frames and takes async ones", () => {
    const stack = 'Error: x\n    at node:internal/process/task_queues:103:5\n    at async src/pay.ts:1:1';
    expect(death(stack).frame).toBe('async src/pay.ts');
  });

  it('takes the reason where there is no stack', () => {
    expect(fingerprintOf({ stacktrace: [], failedReason: 'job stalled 3 times' })).toMatchObject({
      failureClass: 'stalled',
      error: 'job stalled # times',
      frame: '',
    });
  });
});
