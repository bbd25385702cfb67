import { describe, expect, it } from 'vitest';
import { interleave } from '../src/harness/interleave.ts';

const quiet = { step: () => undefined, note: () => undefined, done: () => undefined };

describe('interleave', () => {
  it('measures the contenders in turn, every second round backwards', async () => {
    const order: string[] = [];
    const contender = (name: string) => async () => order.push(name);
    await interleave({ a: contender('a'), b: contender('b') }, { label: 'test', rounds: 3, progress: quiet });
    expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
  });

  it('gives each contender its values in the order of the rounds', async () => {
    let round = 0;
    const samples = await interleave(
      { only: async () => (round += 10) },
      { label: 'test', rounds: 3, progress: quiet },
    );
    expect(samples).toEqual({ only: [10, 20, 30] });
  });

  it('ends with the error of a contender', async () => {
    const broken = { a: () => Promise.reject(new Error('the server ended')) };
    await expect(interleave(broken, { label: 'test', rounds: 2, progress: quiet })).rejects.toThrow(
      'the server ended',
    );
  });
});
