/** Redrives every dead letter of a queue, to be killed in mid-work. Its argument is JSON: RedriveOrder. */
import { createWebhookQueue, type DeadLetterAct, type WebhookQueueOptions } from '../../src/index.ts';
import { collectFacts } from '../facts.ts';

export interface RedriveOrder {
  readonly options: WebhookQueueOptions;
  readonly run: string;
}

const { options, run } = JSON.parse(process.argv[2] ?? '') as RedriveOrder;
const queue = createWebhookQueue(options);
const acts = collectFacts<DeadLetterAct>('holdfast:queue:dead-letter-act', options.queueName);
void acts.until((all) => {
  process.stdout.write(`redriven ${all.length}\n`);
  return false;
});
await queue.deadLetters.redriveAll({ run, by: 'child' });
process.stdout.write('all redriven\n');
await queue.close();
