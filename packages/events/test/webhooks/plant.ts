import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { WebhookAttempt, WebhookEndpointChange } from '../../src/webhooks/index.ts';
import {
  createWebhookSender,
  type WebhookSender,
  type WebhookSenderOptions,
} from '../../src/webhooks/index.ts';
import { collectFacts, type Facts } from './facts.ts';

/** For receivers on loopback: short waits, any port, no TLS. */
export const LOCAL: WebhookSenderOptions = {
  allowHttp: true,
  allowPrivate: ['127.0.0.1'],
  allowedPorts: 'any',
  retryScheduleMs: [20, 20, 20],
  timeoutMs: 5000,
};

export interface Plant {
  readonly sender: WebhookSender;
  readonly folder: string;
  readonly attempts: Facts<WebhookAttempt>;
  readonly changes: Facts<WebhookEndpointChange>;
}

/** A sender on a SQLite file of its own, gone when the test is. */
export async function startSender(options: WebhookSenderOptions = {}, start = true): Promise<Plant> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-webhooks-'));
  const attempts = collectFacts<WebhookAttempt>('holdfast:events:webhook-attempt');
  const changes = collectFacts<WebhookEndpointChange>('holdfast:events:webhook-endpoint');
  const where =
    options.backend === undefined && options.connection === undefined
      ? { backend: { file: join(folder, 'queue.db') } }
      : {};
  const sender = createWebhookSender({ ...LOCAL, ...where, ...options });
  onTestFinished(async () => {
    await sender.close();
    attempts[Symbol.dispose]();
    changes[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  if (start) await sender.start();
  return { sender, folder, attempts, changes };
}

/** Long enough for a signature, and the same in every run. */
export const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
