import { describe, expect, it } from 'vitest';
import { checkClaimOrder, type QueueEvent } from '../src/crash/sqlite/claim-order.ts';
import { crashOnSqlite } from '../src/crash/sqlite/crash-on-sqlite.ts';
import type { FinalState } from '../src/crash/sqlite/final-state.ts';
import { createJournal, type Journal } from '../src/crash/sqlite/journal.ts';
import { judge } from '../src/crash/sqlite/verdict.ts';
import { createRandom } from '../src/harness/random.ts';

describe('the crash proof on SQLite, for a few rounds', () => {
  it('holds', { timeout: 90_000 }, async () => {
    const context = { random: createRandom(5), size: 5, store: undefined, progress: () => undefined };
    const { figures, violations } = await crashOnSqlite(context);
    expect(violations).toEqual([]);
    expect(figures['kills']).toBe(5);
    expect(figures['confirmed']).toBeGreaterThan(0);
  });
});

const added = (jobId: string): QueueEvent => ({ event: 'added', jobId });
const active = (jobId: string): QueueEvent => ({ event: 'active', jobId });

describe('checkClaimOrder', () => {
  it('agrees to claims by priority, and first in, first out within one', () => {
    const ids = ['plain-p5-a-1', 'plain-p1-a-2', 'plain-p1-b-1', 'plain-p0-a-3'];
    const claims = ['plain-p0-a-3', 'plain-p1-a-2', 'plain-p1-b-1', 'plain-p5-a-1'];
    expect(checkClaimOrder([...ids.map(added), ...claims.map(active)])).toEqual({
      checked: 4,
      violations: [],
    });
  });

  it('finds a job that was claimed before an older one of its priority, or before a better priority', () => {
    const events = [
      added('plain-p1-a-1'),
      added('plain-p1-a-2'),
      added('plain-p0-b-1'),
      active('plain-p1-a-2'),
      active('plain-p1-a-1'),
    ];
    expect(checkClaimOrder(events).violations).toEqual([
      'plain-p1-a-2 was claimed while plain-p0-b-1 was before it',
      'plain-p1-a-1 was claimed while plain-p0-b-1 was before it',
    ]);
  });

  it('does not measure by jobs that went back or came with a delay', () => {
    const events = [
      added('plain-p1-a-1'),
      active('plain-p1-a-1'),
      added('plain-p1-a-2'),
      added('late-p0-a-3'),
      active('plain-p1-a-1'),
      active('late-p0-a-3'),
    ];
    expect(checkClaimOrder(events)).toEqual({ checked: 1, violations: [] });
  });

  it('finds jobs of one lane that were added out of turn', () => {
    expect(checkClaimOrder([added('plain-p0-a-2'), added('plain-p0-a-1')]).violations).toEqual([
      'plain-p0-a-1 was added after a later one of its lane',
    ]);
  });
});

const A = 'plain-p0-x-1';
const B = 'plain-p0-x-2';

function journalOf(...lines: [process: number, line: string][]): Journal {
  const journal = createJournal();
  for (const [process, line] of lines) journal.read(process, line);
  return journal;
}

function stateOf(fields: Partial<FinalState>): FinalState {
  return { completed: new Set([A]), counts: { completed: 1, waiting: 0 }, events: [], damage: [], ...fields };
}

describe('judge', () => {
  it('agrees when what was confirmed is completed, whatever became of calls without an answer', () => {
    const journal = journalOf([1, `try ${A}`], [1, `added ${A}`], [1, `try ${B}`], [2, `start ${A} 5`]);
    expect(judge(journal, stateOf({})).violations).toEqual([]);
  });

  it('finds a confirmed job that is gone', () => {
    const { figures, violations } = judge(journalOf([1, `added ${A} ${B}`]), stateOf({}));
    expect(figures['lost']).toBe(1);
    expect(violations).toEqual([`${B} was confirmed and is not completed`]);
  });

  it('finds jobs that are stuck in any state, or failed for good', () => {
    const counts = { completed: 1, waiting: 2, prioritized: 0, active: 1, delayed: 3, failed: 4 };
    expect(judge(journalOf(), stateOf({ counts })).violations).toEqual([
      '6 jobs are never finished',
      '4 jobs have failed for good',
    ]);
  });

  it('finds a bulk of which only a part is there', () => {
    expect(judge(journalOf([1, `try ${A} ${B}`]), stateOf({})).violations).toEqual([
      `a bulk was added in part: ${A} ${B}`,
    ]);
  });

  it('finds a job that ran while another process was still at it, not one whose process was killed', () => {
    const killed = journalOf([1, `start ${A} 5`], [2, `start ${A} 9`], [2, `done ${A} 12`]);
    expect(judge(killed, stateOf({})).violations).toEqual([]);
    const alive = journalOf([1, `start ${A} 5`], [2, `start ${A} 9`], [1, `done ${A} 12`]);
    expect(judge(alive, stateOf({})).violations).toEqual([`${A} ran in two live processes at once`]);
  });

  it('finds a job that was completed twice, one that nobody has, and damage of the file', () => {
    const completed = { event: 'completed', jobId: A };
    const state = stateOf({ events: [completed, completed], damage: ['integrity_check: row 3 missing'] });
    expect(judge(journalOf([1, `start ${B} 1`]), state).violations).toEqual([
      `${A} was completed twice`,
      `${B} ran and is not completed`,
      'integrity_check: row 3 missing',
    ]);
  });
});
