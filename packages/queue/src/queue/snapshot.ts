import { COLLECT_CHANNEL, type CollectRequest, subscribeSafely } from '@holdfast/context/channels';
import type { JobState, QueueSnapshot, SpoolSnapshot } from '../channels.ts';
import type { QueueEngine } from '../engines/engine.ts';

const STATES: readonly JobState[] = ['waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed'];

/** Beyond so many different priorities the age is that of the oldest among the most urgent ones. */
const MOST_PRIORITIES = 100;

/** The state of the queue as the engine has it, for all processes. */
export async function snapshot<Data>(
  engine: QueueEngine<Data>,
  spooled: number,
  wallTime: number,
): Promise<QueueSnapshot> {
  const { queue } = engine;
  const counted = await queue.getJobCounts(...STATES);
  const counts = Object.fromEntries(
    STATES.map((state) => [state, counted[state] ?? 0]),
  ) as QueueSnapshot['counts'];
  const oldest = await oldestDueAt(engine, counts);
  return {
    queue: queue.name,
    counts,
    oldestJobAgeMs: oldest === undefined ? 0 : Math.max(0, wallTime - oldest),
    deadLetters: counts.failed,
    spooled,
  };
}

export interface CollectAnswers {
  readonly depth: () => Promise<QueueSnapshot>;
  /** Undefined where nothing is spooled. */
  readonly spool: (() => SpoolSnapshot) | undefined;
}

/** Answers every collect request until the returned function is called. */
export function answerCollect({ depth, spool }: CollectAnswers): () => void {
  return subscribeSafely<CollectRequest>(COLLECT_CHANNEL, (request) => {
    if (spool !== undefined) request.add('queue.spool', spool());
    // A queue that cannot be asked has no depth to report: a wrong figure would be worse than none.
    request.waitFor(
      depth().then(
        (state) => request.add('queue.depth', state),
        () => {},
      ),
    );
  });
}

/** Jobs of one priority are in order of arrival, so the oldest is at the head of one of the priorities. */
async function oldestDueAt<Data>(
  { queue }: QueueEngine<Data>,
  { waiting, prioritized }: QueueSnapshot['counts'],
): Promise<number | undefined> {
  const timestamps: number[] = [];
  if (waiting > 0) {
    const [head] = await queue.getJobs(['waiting'], 0, 0, true);
    if (head !== undefined) timestamps.push(head.timestamp);
  }
  let index = 0;
  for (let round = 0; index < prioritized && round < MOST_PRIORITIES; round += 1) {
    const [head] = await queue.getJobs(['prioritized'], index, index, true);
    if (head === undefined || head === null) break;
    timestamps.push(head.timestamp);
    const { priority } = head;
    index += Math.max(1, (await queue.getCountsPerPriority([priority]))[String(priority)] ?? 0);
  }
  return timestamps.length === 0 ? undefined : Math.min(...timestamps);
}
