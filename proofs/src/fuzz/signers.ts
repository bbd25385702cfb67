/** How the providers sign, written from their documents and independent of the verifiers under test. */
import { createHmac } from 'node:crypto';
import type { WebhookProvider } from '@holdfast/queue/signatures';
import type { HeaderValue } from './hostile.ts';

export interface Delivery {
  readonly body: Buffer;
  readonly secret: string;
  readonly eventId: string;
  /** Epoch seconds. */
  readonly signedAt: number;
}

export type Headers = Record<string, HeaderValue>;

export const SIGNERS: Readonly<Record<WebhookProvider, (delivery: Delivery) => Headers>> = {
  github: ({ body, secret, eventId }) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    'x-github-delivery': eventId,
    'x-github-event': 'push',
  }),
  stripe: ({ body, secret, signedAt }) => ({
    'stripe-signature': `t=${signedAt},v1=${mac(secret, `${signedAt}.`, body).digest('hex')}`,
  }),
  paddle: ({ body, secret, signedAt }) => ({
    'paddle-signature': `ts=${signedAt};h1=${mac(secret, `${signedAt}:`, body).digest('hex')}`,
  }),
  standard: ({ body, secret, eventId, signedAt }) => ({
    'webhook-id': eventId,
    'webhook-timestamp': String(signedAt),
    'webhook-signature': `v1,${mac(Buffer.from(secret, 'base64'), `${eventId}.${signedAt}.`, body).digest('base64')}`,
  }),
};

/** The headers that say who and when; without them the signature says nothing. */
export const SIGNED_HEADERS: Readonly<Record<WebhookProvider, readonly string[]>> = {
  github: ['x-hub-signature-256'],
  stripe: ['stripe-signature'],
  paddle: ['paddle-signature'],
  standard: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
};

/** The secret as the provider shows it to its customer. */
export function shownSecret(provider: WebhookProvider, secret: string): string {
  return provider === 'standard' ? `whsec_${secret}` : secret;
}

function mac(key: string | Buffer, prefix: string, body: Buffer): ReturnType<typeof createHmac> {
  return createHmac('sha256', key).update(prefix).update(body);
}
