import { setImmediate } from 'node:timers/promises';
import type { PurgeOutcome } from './engine/purge-rows.ts';
import type { PurgeOptions } from './scope.ts';

/** What can purge a batch: any repository of this package. */
export interface Purgeable {
  /** Removes one batch. */
  purge(options: PurgeOptions): PurgeOutcome | Promise<PurgeOutcome>;
}

/** Purges batch after batch, with a turn of the event loop between them. @returns rows removed for good */
export async function purgeAll(rows: Purgeable, options: PurgeOptions): Promise<number> {
  let total = 0;
  for (;;) {
    const { removed, more } = await rows.purge(options);
    total += removed;
    if (!more) return total;
    await setImmediate();
  }
}
