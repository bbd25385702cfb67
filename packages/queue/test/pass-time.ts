import type { ManualClock } from '@holdfast/context/testing';

/** Lets time pass until `work` is done. */
export async function passTime(clock: ManualClock, work: Promise<unknown>): Promise<void> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  while (!isDone) await clock.advance(20);
  await done;
}
