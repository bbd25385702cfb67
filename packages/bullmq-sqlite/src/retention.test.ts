import { describe, expect, it } from 'vitest';
import { readRetention } from './retention.ts';

describe('readRetention', () => {
  it.each([
    [undefined, undefined, { count: -1, ageSeconds: undefined, limit: 1000 }],
    [false, { count: 5 }, { count: -1, ageSeconds: undefined, limit: 1000 }],
    [true, undefined, { count: 0, ageSeconds: undefined, limit: 1000 }],
    [7, undefined, { count: 7, ageSeconds: undefined, limit: 1000 }],
    [0, { count: 5 }, { count: 0, ageSeconds: undefined, limit: 1000 }],
    [undefined, { count: 5 }, { count: 5, ageSeconds: undefined, limit: 1000 }],
    [{ age: 60 }, undefined, { count: -1, ageSeconds: 60, limit: 1000 }],
    [{ age: 60, count: 3, limit: 10 }, undefined, { count: 3, ageSeconds: 60, limit: 10 }],
  ])('reads %j of the job and %j of the worker', (ofJob, ofWorker, expected) => {
    expect(readRetention(ofJob, ofWorker)).toEqual(expected);
  });
});
