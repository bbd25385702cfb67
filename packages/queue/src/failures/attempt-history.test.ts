import { describe, expect, it } from 'vitest';
import { describeError, readAttempt, withTrailer } from './attempt-history.ts';

const STACK = 'TypeError: no such thing\n    at handler (file:///app/handler.ts:1:2)';
const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

describe('the history of a job', () => {
  it('is kept under each stack as one readable line', () => {
    expect(withTrailer(STACK, 2, 'transient', AT)).toBe(
      `${STACK}\n    -- attempt 2, transient, 2026-01-02T03:04:05.006Z`,
    );
  });

  it('is read back', () => {
    expect(readAttempt(withTrailer(STACK, 2, 'throttled', AT))).toEqual({
      attempt: 2,
      at: AT,
      failureClass: 'throttled',
      error: 'TypeError: no such thing',
      stack: STACK,
    });
  });

  it('takes a stack that was not written here as one of unknown attempt', () => {
    expect(readAttempt(STACK)).toEqual({
      attempt: undefined,
      at: undefined,
      failureClass: undefined,
      error: 'TypeError: no such thing',
      stack: STACK,
    });
    expect(readAttempt('').error).toBe('');
  });

  it('is not misled by a message that imitates it', () => {
    const imitation = 'Error: x\n    -- attempt 9, permanent, 2020-01-01T00:00:00.000Z';
    expect(readAttempt(withTrailer(imitation, 1, 'transient', AT))).toMatchObject({
      attempt: 1,
      failureClass: 'transient',
    });
  });
});

describe('describeError', () => {
  it('takes name, message and stack of an Error', () => {
    const error = new RangeError('too far');
    expect(describeError(error)).toEqual({ name: 'RangeError', message: 'too far', stack: error.stack });
  });

  it.each([
    [undefined, 'The processor threw a value of type undefined, which is not an Error.'],
    [null, 'The processor threw a value of type object, which is not an Error.'],
    ['broken', 'The processor threw "broken", which is not an Error.'],
    [Symbol('s'), 'The processor threw a value of type symbol, which is not an Error.'],
  ])('says what %s is', (thrown, message) => {
    expect(describeError(thrown)).toMatchObject({ name: 'Error', message, stack: `Error: ${message}` });
  });

  it('reads nothing where reading throws', () => {
    const trap = new Proxy(new Error('x'), {
      get: () => {
        throw new Error('trap');
      },
    });
    expect(describeError(trap).message).toBe('The processor threw a value that cannot be read.');
  });

  it('cuts what is too long to keep', () => {
    const described = describeError(new Error('x'.repeat(100_000)));
    expect(described.message).toHaveLength(2000);
    expect(described.stack).toHaveLength(8000);
  });

  it('has a stack where the error has none', () => {
    const bare = Object.assign(new Error('bare'), { stack: undefined });
    expect(describeError(bare).stack).toBe('Error: bare');
  });
});
