import type { EngineAccess } from '../engines/engine-access.ts';
import type { ResolvedOptions } from '../options.ts';
import { BulkRuns } from './bulk-runs.ts';
import { DeadLetterActs } from './dead-letter-acts.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { sweepRegularly } from './expiry.ts';

export type DeadLetterSettings = Pick<ResolvedOptions, 'queueName' | 'clock' | 'maxDeadLetterAgeMs'>;

/** The dead letters of a queue, with what has to be closed. */
export interface OpenDeadLetters<Data> {
  readonly letters: DeadLetters<Data>;
  /** Begins to expire letters, where the options give an age for it. */
  startExpiry(): void | Promise<void>;
  close(): Promise<void>;
}

export function openDeadLetters<Data>(
  access: EngineAccess<Data>,
  { queueName, clock, maxDeadLetterAgeMs }: DeadLetterSettings,
  onTrouble: (error: Error) => void,
): OpenDeadLetters<Data> {
  const acts = new DeadLetterActs(queueName);
  const runs = new BulkRuns(queueName);
  const parts = { access, acts, clock };
  let stopExpiry = () => {};
  return {
    letters: createDeadLetters(parts, runs),
    startExpiry: () => {
      if (maxDeadLetterAgeMs !== undefined) stopExpiry = sweepRegularly(parts, maxDeadLetterAgeMs, onTrouble);
    },
    close: async () => {
      stopExpiry();
      await Promise.all([acts.close(), runs.close()]);
    },
  };
}
