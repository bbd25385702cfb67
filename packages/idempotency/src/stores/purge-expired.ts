import type { IdempotencyStore, StorePurgeOptions } from './store.ts';

export interface PurgeExpiredOptions extends StorePurgeOptions {
  /** Ends the work after the batch that is under way. */
  signal?: AbortSignal;
}

/**
 * Removes every record past its TTL, in batches with a turn of the event loop between them, so that requests go on.
 * @returns how many were removed
 */
export async function purgeExpired(
  store: IdempotencyStore,
  { signal, ...options }: PurgeExpiredOptions = {},
): Promise<number> {
  let total = 0;
  while (signal?.aborted !== true) {
    const { removed, more } = await store.purge(options);
    total += removed;
    if (!more) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return total;
}
