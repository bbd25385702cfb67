import { signWebhook } from '@holdfast/queue/signatures';
import type { WebhookFixture } from './fixture.ts';

/** The headers with which the provider sends a fixture. @param timestamp epoch ms of the signature */
export function signedHeaders(
  fixture: WebhookFixture,
  secret: string,
  timestamp: number,
): Record<string, string> {
  const { provider, body, eventId, eventType } = fixture;
  return signWebhook({ provider, secret, body, eventId, eventType, timestamp });
}
