/**
 * A sender in a process of its own, to be killed. Its argument is JSON: SenderOrder. Sends without end, and says
 * `accepted <event id>` for each event once `send` has resolved.
 */
import { writeSync } from 'node:fs';
import { createWebhookSender } from '../../../src/webhooks/index.ts';

export interface SenderOrder {
  readonly file: string;
  readonly endpointId: string;
  /** The first part of each event id. */
  readonly run: string;
}

const { file, endpointId, run } = JSON.parse(process.argv[2] ?? '') as SenderOrder;
const sender = createWebhookSender({
  backend: { file },
  allowHttp: true,
  allowPrivate: ['127.0.0.1'],
  allowedPorts: 'any',
  retryScheduleMs: [10, 10, 10],
  lockDurationMs: 500,
  stalledIntervalMs: 200,
  maintenanceIntervalMs: 100,
});
await sender.start();
for (let index = 0; ; index += 1) {
  const batch = Array.from({ length: 3 }, (_, part) => `${run}-${index}-${part}`);
  await Promise.all(
    batch.map(async (id) => {
      await sender.send({ endpointId }, { id, type: 'a.b', data: id });
      writeSync(1, `accepted ${id}\n`);
    }),
  );
}
