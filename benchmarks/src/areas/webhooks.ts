import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWebhookSender } from '@holdfast/events/webhooks';
import { interleave } from '../harness/interleave.ts';
import { absolute, type Row } from '../harness/rows.ts';
import type { AreaOptions } from './area.ts';

const DEFAULT_ROUNDS = 3;
const ENDPOINTS = 50;
const EVENTS_EACH = 20;

/** Deliveries of the webhook sender on SQLite to healthy endpoints of the same process, from `send` to the last arrival. */
export async function webhooks({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const samples = await interleave({ sqlite: deliveryRate }, { label: 'webhooks', rounds, progress });
  const title = `${ENDPOINTS * EVENTS_EACH} webhooks to ${ENDPOINTS} endpoints, SQLite, durable`;
  return [absolute({ area: 'webhooks', case: title, unit: 'deliveries/s', samples: samples.sqlite })];
}

async function deliveryRate(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const total = ENDPOINTS * EVENTS_EACH;
  let arrived = 0;
  let allArrived: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    allArrived = resolve;
  });
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(204).end();
      arrived += 1;
      if (arrived === total) allArrived();
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  const local = { allowHttp: true, allowPrivate: ['127.0.0.1'], allowedPorts: 'any' } as const;
  const sender = createWebhookSender({ backend: { file: join(folder, 'queue.db') }, ...local });
  try {
    for (let index = 0; index < ENDPOINTS; index += 1)
      await sender.endpoints.register({ url: `http://127.0.0.1:${port}/${index}`, topics: ['load'] });
    await sender.start();
    const startedAt = performance.now();
    for (let index = 0; index < EVENTS_EACH; index += 1)
      await sender.send({ topic: 'load' }, { type: 'load.sent', data: { index } });
    await done;
    return (total / (performance.now() - startedAt)) * 1000;
  } finally {
    await sender.close();
    receiver.closeAllConnections();
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
