import type { ProofResult } from '../../harness/proof.ts';
import { checkClaimOrder } from './claim-order.ts';
import type { FinalState } from './final-state.ts';
import type { Journal, Run } from './journal.ts';

/** Holds what the processes printed against what is in the queue. */
export function judge(journal: Journal, { completed, counts, events, damage }: FinalState): ProofResult {
  const lost = [...journal.confirmed].filter((id) => !completed.has(id));
  const { done: stuck, unfinished } = unfinishedOf(counts);
  const torn = journal.unanswered().filter((ids) => new Set(ids.map((id) => completed.has(id))).size > 1);
  const overlaps = [...journal.runs].filter(([, runs]) => overlap(runs)).map(([id]) => id);
  const endedTwice = repeated(
    events.filter(({ event }) => event === 'completed').map(({ jobId = '' }) => jobId),
  );
  const unknown = [...journal.runs.keys()].filter((id) => !completed.has(id));
  const order = checkClaimOrder(events);
  return {
    figures: {
      confirmed: journal.confirmed.size,
      completed: completed.size,
      runs: [...journal.runs.values()].reduce((sum, runs) => sum + runs.length, 0),
      recovered: events.filter(({ event }) => event === 'stalled').length,
      unansweredCalls: journal.unanswered().length,
      claimsInOrder: order.checked - order.violations.length,
      lost: lost.length,
      unfinished,
    },
    violations: [
      ...lost.map((id) => `${id} was confirmed and is not completed`),
      ...stuck,
      ...torn.map((ids) => `a bulk was added in part: ${ids.join(' ')}`),
      ...overlaps.map((id) => `${id} ran in two live processes at once`),
      ...endedTwice.map((id) => `${id} was completed twice`),
      ...unknown.map((id) => `${id} ran and is not completed`),
      ...order.violations,
      ...damage,
    ],
  };
}

function unfinishedOf({ completed: _, failed = 0, ...others }: Readonly<Record<string, number>>): {
  done: string[];
  unfinished: number;
} {
  const unfinished = Object.values(others).reduce((sum, count) => sum + count, 0);
  const done: string[] = [];
  if (unfinished > 0) done.push(`${unfinished} jobs are never finished`);
  if (failed > 0) done.push(`${failed} jobs have failed for good`);
  return { done, unfinished };
}

/** Whether a run began while another process, which lived to tell of its end, was still at the job. */
function overlap(runs: readonly Run[]): boolean {
  const inOrder = runs.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  return inOrder.some(({ doneAt, process }, index) => {
    const next = inOrder[index + 1];
    return doneAt !== undefined && next !== undefined && next.process !== process && next.startedAt < doneAt;
  });
}

function repeated(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.size === seen.add(id).size);
}
