import { QueueError } from '../errors.ts';

/** Base of what `verify` throws: the request is not proved to come from the provider. Answer it with 401. */
export abstract class SignatureError extends QueueError {}

/** A header that carries the signature is not there. */
export class SignatureMissingError extends SignatureError {
  override readonly name = 'SignatureMissingError';
  readonly code = 'ERR_SIGNATURE_MISSING';
  readonly header: string;

  constructor(header: string) {
    super(
      `The header ${header} is missing: the request is not signed. Answer 401, and check that the sender has a secret.`,
    );
    this.header = header;
  }
}

/** A header that carries the signature is not written as the provider writes it. */
export class SignatureMalformedError extends SignatureError {
  override readonly name = 'SignatureMalformedError';
  readonly code = 'ERR_SIGNATURE_MALFORMED';
  readonly header: string;

  constructor(header: string) {
    super(
      `The header ${header} cannot be read as a signature of this provider. Answer 401, and check which provider sends here.`,
    );
    this.header = header;
  }
}

/** No active secret gives any of the signatures: forged, altered on the way, or signed with a secret not configured. */
export class SignatureMismatchError extends SignatureError {
  override readonly name = 'SignatureMismatchError';
  readonly code = 'ERR_SIGNATURE_MISMATCH';

  constructor() {
    super(
      'The signature fits none of the active secrets. Check the secret, and that the body is verified as received.',
    );
  }
}

/** Signed by the provider, but too long ago or too far ahead: a replay, or a clock that is wrong. */
export class SignatureStaleError extends SignatureError {
  override readonly name = 'SignatureStaleError';
  readonly code = 'ERR_SIGNATURE_STALE';
  /** How old the signature is; negative when it lies in the future. */
  readonly ageMs: number;

  constructor(ageMs: number, toleranceMs: number) {
    super(
      `The signature is ${Math.abs(ageMs)} ms ${ageMs < 0 ? 'ahead of our clock' : 'old'}; ${toleranceMs} ms are tolerated. Check the clocks.`,
    );
    this.ageMs = ageMs;
  }
}

/** What was to be verified is not the raw body, which is what the provider signed. */
export class RawBodyError extends SignatureError {
  override readonly name = 'RawBodyError';
  readonly code = 'ERR_SIGNATURE_RAW_BODY';

  constructor() {
    super('verify() needs the body as the bytes received. Read it raw, before any JSON parser.');
  }
}

/** A verified request does not hold an event with an id and a type. Answer it with 400. */
export class UnreadableEventError extends QueueError {
  override readonly name = 'UnreadableEventError';
  readonly code = 'ERR_WEBHOOK_UNREADABLE';

  constructor(what: string, options?: ErrorOptions) {
    super(`The webhook cannot be read: ${what}. Answer 400; a redelivery would be the same.`, options);
  }
}
