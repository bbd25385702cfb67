import { readJobId } from './job-ids.ts';

/** An event of the queue, as its stream gives it. */
export type QueueEvent = Readonly<Record<string, string>>;

export interface OrderVerdict {
  /** Claims whose place in the order was checked. */
  readonly checked: number;
  readonly violations: string[];
}

/**
 * Replays the log of the queue against what BullMQ promises: of the jobs that wait, the one with the best priority is
 * claimed, and of these the one that was added first. Jobs that went back (stalled, retried) or came with a delay
 * have places of their own; they are followed, but neither they nor others are measured by them.
 */
export function checkClaimOrder(events: readonly QueueEvent[]): OrderVerdict {
  const waiting = new WaitingJobs();
  const lastOfLane = new Map<string, number>();
  const violations: string[] = [];
  let checked = 0;
  for (const { event, jobId = '' } of events) {
    if (event === 'added') {
      const { kind, lane, number } = readJobId(jobId);
      if (number <= (lastOfLane.get(lane) ?? 0))
        violations.push(`${jobId} was added after a later one of its lane`);
      lastOfLane.set(lane, number);
      if (kind !== 'late') waiting.add(jobId);
    } else if (event === 'active' && waiting.has(jobId)) {
      checked += 1;
      const first = waiting.first();
      if (first !== jobId) violations.push(`${jobId} was claimed while ${first} was before it`);
      waiting.remove(jobId);
    }
  }
  return { checked, violations };
}

/** Jobs that have not been claimed yet, by priority and in the order of their adding. A Set keeps that order. */
class WaitingJobs {
  readonly #byPriority = new Map<number, Set<string>>();
  #priorities: number[] = [];

  add(id: string): void {
    const { priority } = readJobId(id);
    const known = this.#byPriority.get(priority);
    if (known !== undefined) known.add(id);
    else {
      this.#byPriority.set(priority, new Set([id]));
      // 0 is no priority, which goes before all.
      this.#priorities = [...this.#byPriority.keys()].sort((a, b) => a - b);
    }
  }

  has(id: string): boolean {
    return this.#byPriority.get(readJobId(id).priority)?.has(id) === true;
  }

  remove(id: string): void {
    this.#byPriority.get(readJobId(id).priority)?.delete(id);
  }

  first(): string | undefined {
    for (const priority of this.#priorities) {
      const [first] = this.#byPriority.get(priority) ?? [];
      if (first !== undefined) return first;
    }
    return undefined;
  }
}
