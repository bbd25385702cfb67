import type { EngineAccess } from '../engines/engine-access.ts';
import type { DeadLetterSettings, OpenDeadLetters } from './open-dead-letters.ts';

/**
 * The dead letters of a queue, of which most processes never read one: what reads and answers them is loaded with the
 * first call, which no request waits for.
 */
export function deadLettersOnDemand<Data>(
  access: EngineAccess<Data>,
  settings: DeadLetterSettings,
  onTrouble: (error: Error) => void,
): OpenDeadLetters<Data> {
  let opening: Promise<OpenDeadLetters<Data>> | undefined;
  let closed = false;
  const opened = () => {
    opening ??= import('./open-dead-letters.ts').then(({ openDeadLetters }) =>
      openDeadLetters(access, settings, onTrouble),
    );
    return opening;
  };
  const letters = async () => (await opened()).letters;
  return {
    letters: {
      count: async () => (await letters()).count(),
      list: async (request) => (await letters()).list(request),
      groups: async () => (await letters()).groups(),
      get: async (jobId) => (await letters()).get(jobId),
      redrive: async (jobId, options) => (await letters()).redrive(jobId, options),
      redriveAll: async (options) => (await letters()).redriveAll(options),
      discard: async (jobId, options) => (await letters()).discard(jobId, options),
      discardAll: async (options) => (await letters()).discardAll(options),
      expire: async (options) => (await letters()).expire(options),
      acts: async (filter) => (await letters()).acts(filter),
      runs: async (limit) => (await letters()).runs(limit),
    },
    startExpiry: async () => {
      if (settings.maxDeadLetterAgeMs === undefined) return;
      const open = await opened();
      if (!closed) await open.startExpiry();
    },
    close: async () => {
      closed = true;
      await (await opening)?.close();
    },
  };
}
