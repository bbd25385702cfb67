/** Redrives every dead letter of a queue and kills itself in mid-work. Its argument is JSON: RedriveOrder. */
import { createWebhookQueue, type DeadLetterAct, type WebhookQueueOptions } from '../../src/index.ts';
import { collectFacts } from '../facts.ts';

export interface RedriveOrder {
  readonly options: WebhookQueueOptions;
  readonly run: string;
  /** Dead letters that are redriven at least. */
  readonly dieAfter: number;
}

/** So that it dies at another place each time. */
const LONGEST_LAST_MOMENT_MS = 3;

const { options, run, dieAfter } = JSON.parse(process.argv[2] ?? '') as RedriveOrder;
const queue = createWebhookQueue(options);
const acts = collectFacts<DeadLetterAct>('holdfast:queue:dead-letter-act', options.queueName);
void acts.count(dieAfter).then(() => {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), Math.random() * LONGEST_LAST_MOMENT_MS);
});
await queue.deadLetters.redriveAll({ run, by: 'child' });
await queue.close();
