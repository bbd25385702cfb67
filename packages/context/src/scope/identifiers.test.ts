import { describe, expect, it } from 'vitest';
import { isAcceptableId, newSpanId, newTraceId } from './identifiers.ts';

describe('newTraceId and newSpanId', () => {
  it('are 32 and 16 lower-case hex digits', () => {
    expect(newTraceId()).toMatch(/^[0-9a-f]{32}$/);
    expect(newSpanId()).toMatch(/^[0-9a-f]{16}$/);
  });

  it('do not repeat when the pool of random bytes is filled again', () => {
    const ids = new Set<string>();
    for (let index = 0; index < 5000; index += 1) ids.add(newTraceId()).add(newSpanId());
    expect(ids.size).toBe(10_000);
  });
});

describe('isAcceptableId', () => {
  it.each(['a', 'A-Z_0.9:x', '0', 'x'.repeat(128)])('takes %s', (id) => {
    expect(isAcceptableId(id)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['129 characters', 'x'.repeat(129)],
    ['a space', 'a b'],
    ['a newline at the end', 'a\n'],
    ['a carriage return', 'a\r'],
    ['a control character', 'a\u0000'],
    ['a letter that is not ASCII', 'é'],
    ['a slash', 'a/b'],
    ['a quote', 'a"b'],
    ['a list', ['a']],
    ['nothing at all', undefined],
    ['a number', 7],
  ])('refuses %s', (_what, id) => {
    expect(isAcceptableId(id)).toBe(false);
  });
});
