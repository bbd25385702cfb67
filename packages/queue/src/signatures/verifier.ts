import { type Clock, systemClock } from '@holdfast/context/clock';
import { QueueOptionError } from '../errors.ts';
import { RawBodyError, SignatureMismatchError, SignatureStaleError } from './errors.ts';
import type { WebhookHeaders } from './headers.ts';
import { keysOf, schemeOf } from './providers.ts';
import { anyEqual, hmac, type SignatureScheme, type SignedParts, type WebhookProvider } from './scheme.ts';

export interface SignatureVerifierOptions {
  /** Whose webhooks are verified. */
  provider: WebhookProvider;
  /** Every secret that is active; while one is rolled over, the old and the new. As the provider shows them. */
  secrets: readonly string[];
  /** How far the time of the signature may lie from ours, either way. Default 300000. GitHub signs no time. */
  toleranceMs?: number;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

/** What is known of a request that its provider has signed. */
export interface VerifiedWebhook {
  readonly provider: WebhookProvider;
  /** From the headers, where the provider puts it there; `readEvent` knows it from the body too. */
  readonly eventId?: string;
  readonly eventType?: string;
  /** When it was signed, epoch ms. */
  readonly timestamp?: number;
}

/** Verifies one provider's webhooks. */
export interface SignatureVerifier {
  /**
   * Checks the signature over the bytes as they were received.
   * @throws SignatureError and nothing else, whatever the headers hold
   */
  verify(rawBody: Uint8Array | string, headers: WebhookHeaders): VerifiedWebhook;
}

/** Every default of a verifier. */
export const SIGNATURE_DEFAULTS: { readonly toleranceMs: number } = Object.freeze({ toleranceMs: 300_000 });

/**
 * A verifier for one provider's webhooks.
 * @throws QueueOptionError for an unknown provider, no secret, or a secret that is not one
 */
export function createSignatureVerifier(options: SignatureVerifierOptions): SignatureVerifier {
  const { provider, secrets, toleranceMs = SIGNATURE_DEFAULTS.toleranceMs, clock = systemClock } = options;
  const scheme = schemeOf(provider);
  const keys = keysOf(provider, secrets);
  if (!(toleranceMs >= 0)) {
    throw new QueueOptionError(
      'toleranceMs',
      `is ${String(toleranceMs)}; it must be 0 or more milliseconds.`,
    );
  }
  return {
    verify: (rawBody, headers) => {
      if (typeof rawBody !== 'string' && !(rawBody instanceof Uint8Array)) throw new RawBodyError();
      const parts = signedParts(scheme, keys, rawBody, headers);
      checkAge(parts, toleranceMs, clock.wallTime());
      return verified(provider, parts);
    },
  };
}

/** Every key is tried against every signature, so that the time taken does not tell which of them fits. */
function signedParts(
  scheme: SignatureScheme,
  keys: readonly Buffer[],
  rawBody: Uint8Array | string,
  headers: WebhookHeaders,
): SignedParts {
  const parts = scheme.read(headers);
  let matched = false;
  for (const key of keys) matched = anyEqual(hmac(key, parts.prefix, rawBody), parts.digests) || matched;
  if (!matched) throw new SignatureMismatchError();
  return parts;
}

function checkAge({ timestamp }: SignedParts, toleranceMs: number, now: number): void {
  if (timestamp === undefined) return;
  const ageMs = now - timestamp;
  if (!(Math.abs(ageMs) <= toleranceMs)) throw new SignatureStaleError(ageMs, toleranceMs);
}

function verified(
  provider: WebhookProvider,
  { eventId, eventType, timestamp }: SignedParts,
): VerifiedWebhook {
  return {
    provider,
    ...(eventId === undefined ? {} : { eventId }),
    ...(eventType === undefined ? {} : { eventType }),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}
