import { describe, expect, it } from 'vitest';
import { createHistory, judge } from '../src/workload/history.ts';

function historyOf(...lines: string[]): ReturnType<typeof createHistory> {
  const history = createHistory();
  for (const line of lines) history.read(line);
  return history;
}

describe('createHistory', () => {
  it('takes an event as accepted once its delivery was answered', () => {
    expect([...historyOf('try a', 'accepted a', 'try b').accepted]).toEqual(['a']);
  });

  it('knows the deliveries that were never answered', () => {
    expect(historyOf('try a', 'accepted a', 'try b', 'try c', 'refused c').unanswered()).toEqual(['b', 'c']);
  });

  it('takes an event that is answered with duplicate as accepted', () => {
    const history = historyOf('try a', 'try a', 'duplicate a');
    expect([[...history.accepted], history.unanswered()]).toEqual([['a'], []]);
  });

  it('keeps an event accepted when it is delivered once more without an answer', () => {
    const history = historyOf('try a', 'accepted a', 'try a');
    expect([[...history.accepted], history.unanswered()]).toEqual([['a'], []]);
  });

  it('counts duplicates, refusals and repeated runs', () => {
    const { figures } = historyOf('try a', 'duplicate a', 'refused b', 'again a', 'again a');
    expect(figures).toEqual({ duplicates: 1, refusals: 1, repeatedRuns: 2 });
  });
});

describe('judge', () => {
  it('finds nothing wrong where every accepted event has one effect', () => {
    expect(
      judge(
        new Set(['a', 'b']),
        new Map([
          ['a', 1],
          ['b', 1],
        ]),
      ),
    ).toEqual({ lost: 0, doubled: 0, violations: [] });
  });

  it('names an accepted event without effect as lost', () => {
    expect(judge(new Set(['a', 'b']), new Map([['a', 1]]))).toEqual({
      lost: 1,
      doubled: 0,
      violations: ['the event b was accepted and has no effect'],
    });
  });

  it('names an event with two effects as doubled, accepted or not', () => {
    expect(judge(new Set(), new Map([['a', 2]]))).toMatchObject({
      doubled: 1,
      violations: ['the event a has its effect 2 times'],
    });
  });

  it('lets an event that was never answered have its effect', () => {
    expect(judge(new Set(), new Map([['a', 1]])).violations).toEqual([]);
  });
});
