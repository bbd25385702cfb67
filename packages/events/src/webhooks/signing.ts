import { createHmac, sign } from 'node:crypto';
import type { SigningKey } from './secrets.ts';

/** What one attempt is signed with. */
export interface MessageToSign {
  /** The same for every attempt. */
  readonly eventId: string;
  /** Epoch ms, of this attempt. */
  readonly timestamp: number;
  readonly body: Uint8Array;
}

export interface SignatureHeaders {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

/**
 * The three headers of Standard Webhooks, with one signature for each key, the newest first, so that receivers that
 * know the old or the new secret both verify it.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureHeaders(
  { eventId, timestamp, body }: MessageToSign,
  keys: readonly SigningKey[],
): SignatureHeaders {
  const seconds = String(Math.floor(timestamp / 1000));
  const prefix = `${eventId}.${seconds}.`;
  return {
    'webhook-id': eventId,
    'webhook-timestamp': seconds,
    'webhook-signature': keys.map((key) => signature(key, prefix, body)).join(' '),
  };
}

function signature({ scheme, key }: SigningKey, prefix: string, body: Uint8Array): string {
  if (scheme === 'v1') return `v1,${createHmac('sha256', key).update(prefix).update(body).digest('base64')}`;
  return `v1a,${sign(null, Buffer.concat([Buffer.from(prefix), body]), key).toString('base64')}`;
}
