/** Starts a worker on a server that is not there, closes it, and should end by itself. */
import { createWebhookQueue } from '../../src/index.ts';

const connection = { host: '127.0.0.1', port: Number(process.argv[2]) };
const queue = createWebhookQueue({
  queueName: 'outage',
  connection,
  enqueueTimeoutMs: 200,
  onError: () => {},
});
await queue.startWorker(() => {});
await queue.ready().catch(() => {});
await queue.close();
process.stdout.write('closed\n');
