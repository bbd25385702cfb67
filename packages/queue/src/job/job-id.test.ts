import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobIdOf } from './job-id.ts';

const anyText = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.nat().map(String),
);

describe('jobIdOf', () => {
  it.each([
    ['stripe', 'evt_1NG8Du2eZvKYlo2C', 'stripe.evt_1NG8Du2eZvKYlo2C'],
    ['stripe', '42', 'stripe.42'],
    ['a.b', 'c', 'a%2Eb.c'],
    ['a', 'b.c', 'a.b%2Ec'],
    ['paddle', 'evt:1', 'paddle.evt%3A1'],
    ['x', 'ü€😀', 'x.%FC%u20AC%uD83D%uDE00'],
    ['x', '\ud800', 'x.%uD800'],
    ['x', '%3A', 'x.%253A'],
  ])('of %s and %s is %s', (provider, eventId, jobId) => {
    expect(jobIdOf(provider, eventId)).toBe(jobId);
  });

  it('never gives two events the same id', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (provider, id, otherProvider, otherId) => {
        const same = provider === otherProvider && id === otherId;
        expect(jobIdOf(provider, id) === jobIdOf(otherProvider, otherId)).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  it('is always one that BullMQ takes', () => {
    fc.assert(
      fc.property(anyText, anyText, (provider, eventId) => {
        const jobId = jobIdOf(provider, eventId);
        expect(jobId).toMatch(/^[A-Za-z0-9_.%~-]+$/);
        expect(String(Number.parseInt(jobId, 10))).not.toBe(jobId);
      }),
    );
  });

  it('stays short however long the event id is, and two long ids stay apart', () => {
    const long = 'x'.repeat(10_000);
    expect(jobIdOf('p', long)).toMatch(/^p\.~[0-9a-f]{64}$/);
    expect(jobIdOf('p', `${long}1`)).not.toBe(jobIdOf('p', `${long}2`));
  });
});
