/**
 * One instance of a service as an application would write it. Both instances share a queue and a database of effects,
 * each a SQLite file. Prints `port N` when it listens.
 */
import '../workload/end-with-parent.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { createService } from '@holdfast/express/service';
import { runOnce } from '@holdfast/idempotency';
import { createLifecycle } from '@holdfast/lifecycle';
import express, { type Express } from 'express';
import { openEffects } from '../workload/effects.ts';
import { print } from '../workload/print.ts';
import { openQueue } from '../workload/settings.ts';
import { FOLDER_VARIABLE, READINESS_DELAY_MS } from './settings.ts';

const WARM_UP_MS = 50;
const JOB_MS = 20;
const CHUNKS = 8;
const CHUNK_PAUSE_MS = 40;

const folder = process.env[FOLDER_VARIABLE] ?? '.';
const effects = openEffects(folder);
const queue = openQueue({ engine: 'sqlite', folder, redisUrl: '', seed: 0 });
const lifecycle = createLifecycle({ readinessDelayMs: READINESS_DELAY_MS });

function routes(app: Express): void {
  app.get('/fast', (_req, res) => void res.json({ pid: process.pid }));
  app.get('/slow/:ms', async (req, res) => {
    await sleep(Number(req.params.ms));
    res.json({ pid: process.pid });
  });
  app.get('/stream', async (_req, res) => {
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      res.write(`chunk ${chunk}\n`);
      await sleep(CHUNK_PAUSE_MS);
    }
    res.end('end\n');
  });
  app.post('/payments', express.json(), async (req, res) => {
    const { id } = req.body as { id: string };
    await queue.enqueue({
      eventId: id,
      eventType: 'payment.succeeded',
      payload: JSON.stringify({ id }),
      provider: 'proof',
      receivedAt: Date.now(),
    });
    res.status(202).json({ id });
  });
}

const service = await createService({
  name: 'rolling-restart',
  logger: { destination: { write: () => undefined } },
  lifecycle,
  health: {
    startup: { 'warm up': () => sleep(WARM_UP_MS) },
    checks: { queue: () => queue.ready() },
  },
  routes,
});
lifecycle.onShutdown('stop the worker', () => queue.close(), { phase: 'workers' });
lifecycle.onShutdown('close the effects', () => effects.db.close(), { phase: 'close' });
const { port } = await service.listen(0, '127.0.0.1');
await queue.startWorker(async ({ data }) => {
  await sleep(JOB_MS);
  runOnce(data.eventId, { db: effects.db }, () => effects.record(data.eventId));
});
print('port', String(port));
