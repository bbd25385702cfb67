import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { FinishReports } from './finish-reports.ts';

/** A backend that answers each report with what is next in the list: an error, or nothing for a success. */
function reporting(answers: (Error | undefined)[]) {
  const clock = new ManualClock();
  const told: Error[] = [];
  const isTrouble = (error: unknown) => (error as Error).message === 'away';
  const reports = new FinishReports({ isTrouble, clock, onTrouble: (error) => told.push(error) });
  const report = async () => {
    const answer = answers.shift();
    if (answer !== undefined) throw answer;
    return [];
  };
  const all = { moveToCompleted: report, moveToFailed: report, moveToDelayed: report, retryJob: report };
  return { clock, told, reports, retryJob: reports.guard(all as never)['retryJob'] as typeof report };
}

const AWAY = new Error('away');

describe('what a worker reports of a job', () => {
  it('is repeated every 500 ms while the store has trouble, which is told each time', async () => {
    const { clock, told, retryJob } = reporting([AWAY, AWAY]);
    let isTaken = false;
    const taken = retryJob().then(() => (isTaken = true));
    await clock.advance(999);
    expect([told, isTaken]).toEqual([[AWAY, AWAY], false]);
    await clock.advance(1);
    await taken;
  });

  it('fails at once with what is no trouble of the store', async () => {
    const { told, retryJob } = reporting([new Error('job j is not active')]);
    await expect(retryJob()).rejects.toThrow('job j is not active');
    expect(told).toEqual([]);
  });

  it('is given up when the worker is closed, without waiting for the next repetition', async () => {
    const { clock, reports, retryJob } = reporting([AWAY, AWAY, AWAY]);
    const given = retryJob();
    given.catch(() => undefined);
    await clock.advance(0);
    reports.close();
    await expect(given).rejects.toBe(AWAY);
  });
});
