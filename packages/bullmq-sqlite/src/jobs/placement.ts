import type { QueueScope } from '../queue/queue-scope.ts';
import { STATE, type StateCode } from './states.ts';

/** Jobs of one priority are told apart below this; priorities go up to 2^21-1, so the product stays a safe integer. */
const PRIORITY_STEP = 2 ** 32;

const MOVE = 'UPDATE bullmq_job SET state = ?, ord = ? WHERE ref = ?';

/** Where among the waiting jobs: behind them, or in front as with `lifo`. */
export type End = 'back' | 'front';

export interface Place {
  readonly state: StateCode;
  readonly ord: number;
}

/** Where a job goes that may be worked on: waiting, or prioritized when it has a priority. */
export function claimablePlace({ record }: QueueScope, priority: number, end: End): Place {
  if (priority === 0) {
    return { state: STATE.waiting, ord: end === 'front' ? record.nextHead() : record.nextTail() };
  }
  const within = end === 'front' ? 0 : record.nextTail() % PRIORITY_STEP;
  return { state: STATE.prioritized, ord: priority * PRIORITY_STEP + within };
}

/** The range of places of one priority. */
export function placesOfPriority(priority: number): { from: number; below: number } {
  return { from: priority * PRIORITY_STEP, below: (priority + 1) * PRIORITY_STEP };
}

/** Moves a job to a state and keeps the counts. */
export function moveJob({ sql, record }: QueueScope, ref: number, from: StateCode, to: Place): void {
  sql.run(MOVE, to.state, to.ord, ref);
  record.adjust(from, -1);
  record.adjust(to.state, 1);
}
