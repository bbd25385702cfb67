import { publish, type StoreSafety, safetyChannel } from '../channels.ts';
import type { ResolvedOptions } from '../options.ts';

/** What has been said already: a server with fifty queues is one warning. */
const said = new Set<string>();

/**
 * Says loudly that the store may lose jobs: on the channel each time it is found, and to the application once, by its
 * `onWarning` or else as a warning of the process.
 */
export function reportSafety(
  { queueName, engine, onWarning }: ResolvedOptions,
  problem: StoreSafety['problem'],
  message: string,
): void {
  const warning: StoreSafety = { queue: queueName, engine: engine.engine, problem, message };
  publish<StoreSafety>(safetyChannel, () => warning);
  if (onWarning !== undefined) {
    onWarning(warning);
    return;
  }
  if (said.has(message)) return;
  said.add(message);
  process.emitWarning(message, {
    type: 'HoldfastQueueWarning',
    code: `HOLDFAST_QUEUE_${problem.toUpperCase().replaceAll('-', '_')}`,
    detail: `Queue ${JSON.stringify(queueName)}.`,
  });
}
