import { channel } from 'node:diagnostics_channel';
import { COLLECT_CHANNEL, type CollectRequest } from '@holdfast/context/channels';
import type { Clock } from '@holdfast/context/clock';

/** What the live objects of the process answered: snapshots by kind. */
export type CollectedStates = ReadonlyMap<string, readonly object[]>;

/** Why an answer is missing from a scrape. */
export type CollectFailure = 'error' | 'timeout';

const collectChannel = channel(COLLECT_CHANNEL);

/**
 * Asks every live object for a snapshot of its state and waits for those who answer later, for a limited time.
 * What comes after the limit is dropped: a missing sample is true, an old one is not.
 */
export async function collectStates(
  clock: Clock,
  timeoutMs: number,
  onFailure: (reason: CollectFailure) => void,
): Promise<CollectedStates> {
  const states = new Map<string, object[]>();
  if (!collectChannel.hasSubscribers) return states;
  const works: Promise<void>[] = [];
  let open = true;
  const request: CollectRequest = {
    add(kind, snapshot) {
      if (!open) return;
      const present = states.get(kind);
      if (present === undefined) states.set(kind, [snapshot]);
      else present.push(snapshot);
    },
    waitFor(work) {
      works.push(Promise.resolve(work).catch(() => onFailure('error')));
    },
  };
  collectChannel.publish(request);
  const inTime = await limited(clock, timeoutMs, allOf(works));
  if (!inTime) onFailure('timeout');
  open = false;
  return states;
}

/** Answers may ask for more time while they are waited for. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  for (let waited = 0; waited < works.length; ) {
    waited = works.length;
    await Promise.all(works);
  }
}

/** Whether `work` settled within `timeoutMs`. A failure of `work` is thrown. */
export function limited(clock: Clock, timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(() => resolve(false), timeoutMs, { keepAlive: true });
    work.then(() => resolve(true), reject).finally(() => timer.cancel());
  });
}
