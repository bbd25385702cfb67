import { COLLECT_CHANNEL, type CollectRequest, subscribeSafely } from '@holdfast/context/channels';
import type { CountedState, QueueSnapshot } from '../channels.ts';
import type { QueueEngine } from '../engines/engine.ts';

const STATES: readonly CountedState[] = [
  'waiting',
  'prioritized',
  'active',
  'delayed',
  'completed',
  'failed',
];

/** The state of the queue as the engine has it, for all processes. */
export async function snapshot<Data>(
  engine: QueueEngine<Data>,
  priorities: readonly number[],
  wallTime: number,
): Promise<QueueSnapshot> {
  const { queue } = engine;
  const counted = await queue.getJobCounts(...STATES);
  const counts = Object.fromEntries(
    STATES.map((state) => [state, counted[state] ?? 0]),
  ) as QueueSnapshot['counts'];
  const oldest = await oldestDueAt(engine, priorities, counts);
  return {
    queue: queue.name,
    counts,
    oldestJobAgeMs: oldest === undefined ? 0 : Math.max(0, wallTime - oldest),
    deadLetters: counts.failed,
  };
}

/** Answers every collect request with `take()` until the returned function is called. */
export function answerCollect(take: () => Promise<QueueSnapshot>): () => void {
  return subscribeSafely<CollectRequest>(COLLECT_CHANNEL, (request) => {
    // A queue that cannot be asked has no depth to report: a wrong figure would be worse than none.
    request.waitFor(
      take().then(
        (state) => request.add('queue.depth', state),
        () => {},
      ),
    );
  });
}

/** Jobs of one priority are in order of arrival, so the oldest is at the head of one of the priorities. */
async function oldestDueAt<Data>(
  { queue }: QueueEngine<Data>,
  priorities: readonly number[],
  { waiting, prioritized }: QueueSnapshot['counts'],
): Promise<number | undefined> {
  const heads: Promise<{ timestamp: number }[]>[] = [];
  if (waiting > 0) heads.push(queue.getJobs(['waiting'], 0, 0, true));
  if (prioritized > 0) {
    const perPriority = await queue.getCountsPerPriority([...priorities]);
    let index = 0;
    for (const priority of priorities) {
      const count = perPriority[String(priority)] ?? 0;
      if (count > 0) heads.push(queue.getJobs(['prioritized'], index, index, true));
      index += count;
    }
  }
  const timestamps = (await Promise.all(heads)).flat().map((job) => job.timestamp);
  return timestamps.length === 0 ? undefined : Math.min(...timestamps);
}
