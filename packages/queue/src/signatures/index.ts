export { QueueOptionError } from '../errors.ts';
export {
  RawBodyError,
  SignatureError,
  SignatureMalformedError,
  SignatureMismatchError,
  SignatureMissingError,
  SignatureStaleError,
  UnreadableEventError,
} from './errors.ts';
export type { WebhookHeaders } from './headers.ts';
export { readEvent } from './read-event.ts';
export type { EventNames, WebhookProvider } from './scheme.ts';
export { type SignWebhookOptions, signWebhook } from './sign-webhook.ts';
export {
  createSignatureVerifier,
  SIGNATURE_DEFAULTS,
  type SignatureVerifier,
  type SignatureVerifierOptions,
  type VerifiedWebhook,
} from './verifier.ts';
