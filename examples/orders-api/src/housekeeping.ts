import { type Clock, systemClock, type Timer } from '@holdfast/context/clock';
import { purgeExpired } from '@holdfast/idempotency';
import type { Logger } from '@holdfast/logging';
import type { Storage } from './storage/storage.ts';

const INTERVAL_MS = 3_600_000;

/**
 * Removes stored answers that are past their time, once an hour, so that the table does not grow for ever.
 * @returns a function that ends it, and waits for what is under way
 */
export function startHousekeeping(
  { idempotency }: Pick<Storage, 'idempotency'>,
  logger: Pick<Logger, 'info' | 'warn'>,
  clock: Clock = systemClock,
): () => Promise<void> {
  const stop = new AbortController();
  let timer: Timer;
  let round: Promise<void> = Promise.resolve();
  const tidy = async (): Promise<void> => {
    try {
      const removed = await purgeExpired(idempotency, { signal: stop.signal });
      logger.info('stored answers removed', { removed });
    } catch (err) {
      logger.warn({ err }, 'stored answers could not be removed; tried again in an hour');
    }
  };
  const schedule = () => {
    timer = clock.setTimer(() => {
      round = tidy();
      schedule();
    }, INTERVAL_MS);
  };
  schedule();
  return () => {
    timer.cancel();
    stop.abort();
    return round;
  };
}
