import { subscribeSafely } from '@holdfast/context/channels';
import type { Logger } from '@holdfast/logging';
import type { DeadLettered } from '@holdfast/queue';
import type { CircuitTransition } from '@holdfast/resilience';
import type { PaymentsDatabase } from './database.ts';

/**
 * Takes notice of what the packages say of themselves: every change of a circuit is kept in the database and logged,
 * every dead letter is logged. @returns a function that ends it
 */
export function keepNotice(database: PaymentsDatabase, logger: Logger): () => void {
  const endings = [
    subscribeSafely<CircuitTransition>('holdfast:resilience:transition', (change) => {
      // One that cannot be kept just now is in the log all the same.
      Promise.resolve(database.recordCircuitChange(change)).catch((err: unknown) =>
        logger.warn({ err }, 'circuit change not recorded'),
      );
      logger.warn(
        { circuit: change.name, from: change.from, to: change.to, reason: change.reason },
        'circuit changed',
      );
    }),
    subscribeSafely<DeadLettered>('holdfast:queue:dead-letter', ({ jobId, jobName, reason }) => {
      logger.error({ jobId, eventType: jobName, reason }, 'dead letter');
    }),
  ];
  return () => {
    for (const end of endings) end();
  };
}
