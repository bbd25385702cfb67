/**
 * A worker in a process of its own, to be killed. Its argument is JSON: WorkerOrder. Each effect is written in one
 * transaction with the id of its event, as `runOnce` does it. Says what it does on standard output, one line each.
 */
import Database from 'better-sqlite3';
import { createWebhookQueue, type JobSettled, type WebhookQueueOptions } from '../../src/index.ts';
import { collectFacts } from '../facts.ts';

export interface WorkerOrder {
  readonly options: WebhookQueueOptions;
  readonly effectsFile: string;
  /** Where the processor stops for ever, waiting to be killed. */
  readonly hang: 'before the effect' | 'after the effect' | 'never';
}

const { options, effectsFile, hang } = JSON.parse(process.argv[2] ?? '') as WorkerOrder;
const db = new Database(effectsFile);
const record = db.prepare('INSERT INTO seen (event_id) VALUES (?) ON CONFLICT DO NOTHING');
const effect = db.prepare('INSERT INTO effects (event_id) VALUES (?)');
const runOnce = db.transaction((eventId: string) => {
  if (record.run(eventId).changes === 1) effect.run(eventId);
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function forEver(): Promise<never> {
  return new Promise(() => {});
}

const settled = collectFacts<JobSettled>('holdfast:queue:settled', options.queueName);
void settled.until((all) => {
  say(`settled ${all.at(-1)?.outcome ?? 'nothing'}`);
  return false;
});

const queue = createWebhookQueue(options);
await queue.startWorker(async (job) => {
  if (hang === 'before the effect') {
    say(`in hand ${job.id}`);
    await forEver();
  }
  runOnce(job.eventId);
  if (hang === 'after the effect') {
    say(`in hand ${job.id}`);
    await forEver();
  }
});
// The worker alone does not keep a process alive on every engine.
setInterval(() => {}, 60_000);
