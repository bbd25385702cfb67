import { remainingMs } from '@holdfast/context';
import { QueueError, QueueUnavailableError } from '../errors.ts';
import type { ResolvedOptions } from '../options.ts';
import type { QueueEngine } from './engine.ts';
import { SilenceWatch } from './silence-watch.ts';
import { withTimeLimit } from './time-limit.ts';

/** When whoever was refused may come back: by then a server that was restarted is usually there. */
const RETRY_AFTER_MS = 2000;

/** The one way to the engine for everything but the worker: opened on first use, and never waited for too long. */
export interface EngineAccess<Data> {
  /**
   * Runs `work` on the engine, within `enqueueTimeoutMs` and the deadline of the current context.
   * @param shareRatio the part of that time it may take. Default 1
   * @throws QueueUnavailableError where the engine fails or does not answer; errors of this package as they are
   */
  use<T>(work: (engine: QueueEngine<Data>) => Promise<T>, shareRatio?: number): Promise<T>;
}

/** @param opened the engine once it is open */
export function createEngineAccess<Data>(
  open: () => Promise<QueueEngine<Data>>,
  opened: () => QueueEngine<Data> | undefined,
  { queueName, enqueueTimeoutMs, clock }: ResolvedOptions,
): EngineAccess<Data> {
  const silence = new SilenceWatch(clock, enqueueTimeoutMs);
  const unavailable = (what: string, options?: ErrorOptions) =>
    new QueueUnavailableError(queueName, what, RETRY_AFTER_MS, options);

  async function answerOf<T>(work: (engine: QueueEngine<Data>) => Promise<T>): Promise<T> {
    const engine = opened() ?? (await open());
    if (!engine.usable()) await engine.connected();
    else if (silence.holds(engine)) throw unavailable('it does not answer');
    return work(engine);
  }

  return {
    use: async (work, shareRatio = 1) => {
      const ownMs = Math.ceil(enqueueTimeoutMs * shareRatio);
      const limitMs = Math.min(ownMs, Math.ceil(remainingMs() * shareRatio));
      if (limitMs === 0) throw unavailable('the deadline of the caller has passed');
      try {
        return await withTimeLimit(answerOf(work), limitMs, clock, () => {
          // One that is still being opened has not been asked yet.
          if (limitMs === ownMs && opened() !== undefined) silence.began();
          return unavailable(`no answer within ${limitMs} ms`);
        });
      } catch (error) {
        if (error instanceof QueueError) throw error;
        throw unavailable(error instanceof Error ? error.message : String(error), { cause: error });
      }
    },
  };
}
