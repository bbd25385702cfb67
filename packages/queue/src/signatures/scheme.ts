import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookHeaders } from './headers.ts';

/** Whose way of signing is meant. */
export type WebhookProvider = 'github' | 'stripe' | 'paddle' | 'standard';

/** What the headers of a signed request say. */
export interface SignedParts {
  /** SHA-256 HMACs, of which one must fit. */
  readonly digests: readonly Buffer[];
  /** What is signed before the body. */
  readonly prefix: string;
  /** When it was signed, epoch ms; undefined where the provider does not say. */
  readonly timestamp: number | undefined;
  readonly eventId: string | undefined;
  readonly eventType: string | undefined;
}

/** The names of an event. */
export interface EventNames {
  readonly eventId: string;
  readonly eventType: string;
}

export interface SignRequest {
  readonly body: string | Uint8Array;
  /** GitHub's delivery id and the id of Standard Webhooks; the others carry it in the body. */
  readonly eventId: string;
  /** GitHub's event name; the others carry it in the body. */
  readonly eventType: string;
  /** Epoch ms. */
  readonly timestamp: number;
}

/** How one provider signs, and where it puts what an event is called. */
export interface SignatureScheme {
  /** The bytes of a secret as the provider shows it. @throws Error where it is not one */
  key(secret: string): Buffer;
  /** @throws SignatureMissingError, SignatureMalformedError */
  read(headers: WebhookHeaders): SignedParts;
  /** @throws UnreadableEventError */
  names(headers: WebhookHeaders, body: Readonly<Record<string, unknown>>): EventNames;
  sign(key: Buffer, request: SignRequest): Record<string, string>;
}

export function hmac(key: Buffer, prefix: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', key).update(prefix).update(body).digest();
}

/** Whether any of `candidates` is `expected`; takes as long for each of them, whichever fits. */
export function anyEqual(expected: Buffer, candidates: readonly Buffer[]): boolean {
  let found = false;
  for (const candidate of candidates) found = timingSafeEqual(expected, candidate) || found;
  return found;
}

export function textKey(secret: string): Buffer {
  return Buffer.from(secret, 'utf8');
}

/** Unix time in whole seconds, as it is signed. */
export function seconds(timestamp: number): string {
  return String(Math.floor(timestamp / 1000));
}

export const LONGEST_EVENT_ID = 512;
export const LONGEST_EVENT_TYPE = 256;
