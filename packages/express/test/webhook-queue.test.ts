import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCurrentTrace } from '@holdfast/context';
import { createService } from '@holdfast/express/service';
import { webhookReceiver } from '@holdfast/express/webhook-receiver';
import { createLifecycle } from '@holdfast/lifecycle';
import { createWebhookQueue, type WebhookQueue } from '@holdfast/queue';
import { signWebhook } from '@holdfast/queue/signatures';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

const SECRET = 'an-old-and-wise-secret';
let folder: string;
let queue: WebhookQueue;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-express-'));
  queue = createWebhookQueue({
    queueName: 'webhooks',
    backend: { file: join(folder, 'queue.db') },
    enqueueTimeoutMs: 20_000,
  });
});

afterEach(async () => {
  await queue.close();
  rmSync(folder, { recursive: true });
});

async function receiving() {
  const service = await createService({
    name: 'payments',
    logger: false,
    metrics: false,
    tracing: { exporter: 'none' },
    lifecycle: createLifecycle({ signals: [] }),
    routes: (app) => {
      app.post(
        '/webhooks/:provider',
        webhookReceiver({ queue, providers: { github: { secrets: [SECRET] } } }),
      );
    },
  });
  onTestFinished(() => service.close());
  const { url } = await service.listen(0, '127.0.0.1');
  return async (eventId: string) => {
    const body = JSON.stringify({ action: 'opened', n: eventId });
    const signature = signWebhook({ provider: 'github', secret: SECRET, body, eventId, eventType: 'issues' });
    const headers = { ...signature, 'x-request-id': `req-${eventId}` };
    const response = await fetch(`${url}/webhooks/github`, { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as unknown };
  };
}

describe('webhookReceiver with a queue on SQLite', () => {
  it('answers once the event is stored; a worker takes it with the ids of the request', async () => {
    const send = await receiving();
    expect(await send('one')).toEqual({
      status: 200,
      body: { received: true, eventId: 'one', status: 'queued' },
    });
    expect(await send('one')).toEqual({
      status: 200,
      body: { received: true, eventId: 'one', status: 'duplicate' },
    });
    await send('two');
    const done: unknown[] = [];
    await queue.startWorker((job) => {
      done.push({ eventId: job.eventId, type: job.eventType, requestId: getCurrentTrace()?.requestId });
    });
    await expect.poll(() => done.length).toBe(2);
    expect(done).toEqual([
      { eventId: 'one', type: 'issues.opened', requestId: 'req-one' },
      { eventId: 'two', type: 'issues.opened', requestId: 'req-two' },
    ]);
  });

  it('answers 503 when the queue is closed, so that the provider delivers again', async () => {
    const send = await receiving();
    await queue.close();
    expect(await send('one')).toMatchObject({ status: 503, body: { error: { code: 'QUEUE_CLOSED' } } });
  });
});
