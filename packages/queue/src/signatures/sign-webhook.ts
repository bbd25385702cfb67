import { randomUUID } from 'node:crypto';
import { keysOf, schemeOf } from './providers.ts';
import type { WebhookProvider } from './scheme.ts';

export interface SignWebhookOptions {
  /** Whose way of signing is meant. */
  provider: WebhookProvider;
  /** As the provider shows it. */
  secret: string;
  /** What is sent, to the byte. */
  body: string | Uint8Array;
  /** For GitHub's delivery id and the id of Standard Webhooks. Default a new one. */
  eventId?: string;
  /** For GitHub's event name. Default `ping`. */
  eventType?: string;
  /** Epoch ms. Default now. */
  timestamp?: number;
}

/**
 * The headers with which the provider would send `body`: for tests, and for whoever plays the provider.
 * @throws QueueOptionError
 */
export function signWebhook(options: SignWebhookOptions): Record<string, string> {
  const {
    provider,
    secret,
    body,
    eventId = randomUUID(),
    eventType = 'ping',
    timestamp = Date.now(),
  } = options;
  const [key = Buffer.alloc(0)] = keysOf(provider, [secret]);
  return schemeOf(provider).sign(key, { body, eventId, eventType, timestamp });
}
