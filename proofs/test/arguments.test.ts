import { describe, expect, it } from 'vitest';
import { readArguments, UsageError } from '../src/harness/arguments.ts';
import type { Proof } from '../src/harness/proof.ts';

const crash: Proof = {
  claim: 'nothing is lost',
  unit: 'rounds',
  defaultSize: 20,
  run: async () => ({ figures: {}, violations: [] }),
};
const proofs = { crash };

describe('readArguments', () => {
  it('takes a name, with the default size and the random seed', () => {
    expect(readArguments(['crash'], proofs, 7)).toEqual({ name: 'crash', seed: 7, size: 20, json: false });
  });

  it('takes a seed, a size and --json', () => {
    const args = ['crash', '--seed', '42', '--rounds', '3', '--json'];
    expect(readArguments(args, proofs, 7)).toEqual({ name: 'crash', seed: 42, size: 3, json: true });
  });

  it('gives nothing without a name, so that the proofs are listed', () => {
    expect(readArguments([], proofs, 7)).toBeUndefined();
  });

  it('names the proofs there are when one is unknown', () => {
    expect(() => readArguments(['crsh'], proofs, 7)).toThrow(
      new UsageError('There is no proof "crsh". Proofs: crash.'),
    );
  });

  it('does not take a name from the prototype for a proof', () => {
    expect(() => readArguments(['constructor'], proofs, 7)).toThrow(UsageError);
  });

  it('says which size a proof has when another is given', () => {
    expect(() => readArguments(['crash', '--cases', '5'], proofs, 7)).toThrow(
      'The proof "crash" is sized by --rounds, not --cases.',
    );
  });

  it.each(['0', '-1', '1.5', 'x'])('refuses the size %s', (size) => {
    expect(() => readArguments(['crash', `--rounds=${size}`], proofs, 7)).toThrow(
      `--rounds is "${size}"; it must be a whole number from 1 to 1000000000.`,
    );
  });

  it('takes --engine for --store, as what keeps a queue is called', () => {
    const engines = { crash: { ...crash, stores: ['all', 'sqlite'] as const } };
    expect(readArguments(['crash', '--engine', 'sqlite'], engines, 7)?.store).toBe('sqlite');
    expect(() => readArguments(['crash', '--engine', 'mysql'], engines, 7)).toThrow(
      'The proof "crash" has no store "mysql": it has all, sqlite.',
    );
  });

  it('refuses a second name', () => {
    expect(() => readArguments(['crash', 'crash'], proofs, 7)).toThrow(
      'One proof at a time: "crash" is too much.',
    );
  });
});
