import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { settlesWithin, withTimeLimit } from './time-limit.ts';

const late = () => new Error('late');

describe('withTimeLimit', () => {
  it('gives the answer that comes in time and leaves no timer', async () => {
    const clock = new ManualClock();
    await expect(withTimeLimit(Promise.resolve(7), 100, clock, late)).resolves.toBe(7);
    await expect(withTimeLimit(Promise.reject(new Error('own')), 100, clock, late)).rejects.toThrow('own');
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up at the limit', async () => {
    const clock = new ManualClock();
    const answer = expect(withTimeLimit(new Promise(() => {}), 100, clock, late)).rejects.toThrow('late');
    await clock.advance(100);
    await answer;
  });

  it('lets an answer that comes later be, a rejection too', async () => {
    const clock = new ManualClock();
    const work = Promise.withResolvers<number>();
    const answer = expect(withTimeLimit(work.promise, 100, clock, late)).rejects.toThrow('late');
    await clock.advance(100);
    work.reject(new Error('much later'));
    await answer;
  });
});

describe('settlesWithin', () => {
  it('is true for work that ends in time, well or not', async () => {
    const clock = new ManualClock();
    expect(await settlesWithin(Promise.resolve(), 10, clock)).toBe(true);
    expect(await settlesWithin(Promise.reject(new Error('x')), 10, clock)).toBe(true);
  });

  it('is false for work that does not', async () => {
    const clock = new ManualClock();
    const answer = settlesWithin(new Promise(() => {}), 10, clock);
    await clock.advance(10);
    expect(await answer).toBe(false);
  });
});
