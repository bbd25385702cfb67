import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { WebhookSecretError } from './errors.ts';

/** `v1` is HMAC-SHA256 with a secret that both sides know, `v1a` ed25519, of which the receiver has the public key. */
export type SigningScheme = 'v1' | 'v1a';

export type SigningKey =
  | { readonly scheme: 'v1'; readonly key: Buffer }
  | { readonly scheme: 'v1a'; readonly key: KeyObject };

const SYMMETRIC = 'whsec_';
const PRIVATE = 'whsk_';
const PUBLIC = 'whpk_';
/** @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
const GENERATED_BYTES = 32;
const SEED_BYTES = 32;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** PKCS #8 of an ed25519 key up to its seed, RFC 8410. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A new secret: `whsec_` and 32 random bytes, or `whsk_` and an ed25519 key with its public half. */
export function generateSecret(scheme: SigningScheme = 'v1'): string {
  if (scheme === 'v1') return SYMMETRIC + randomBytes(GENERATED_BYTES).toString('base64');
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-SEED_BYTES);
  return PRIVATE + Buffer.concat([seed, rawPublicKey(createPublicKey(privateKey))]).toString('base64');
}

/**
 * What a receiver needs to verify: the secret itself, or `whpk_` and the public key.
 * @throws WebhookSecretError
 */
export function verificationKey(secret: string): string {
  const parsed = parseSecret(secret);
  if (parsed.scheme === 'v1') return secret;
  return PUBLIC + rawPublicKey(createPublicKey(parsed.key)).toString('base64');
}

/** @throws WebhookSecretError for a wrong prefix, encoding or length */
export function parseSecret(secret: unknown): SigningKey {
  if (typeof secret !== 'string') throw new WebhookSecretError('is no text');
  if (secret.startsWith(SYMMETRIC)) {
    const key = decode(secret.slice(SYMMETRIC.length));
    if (key.length < LEAST_BYTES || key.length > MOST_BYTES)
      throw new WebhookSecretError(`has ${key.length} bytes`);
    return { scheme: 'v1', key };
  }
  if (secret.startsWith(PRIVATE))
    return { scheme: 'v1a', key: privateKey(decode(secret.slice(PRIVATE.length))) };
  if (secret.startsWith(PUBLIC)) throw new WebhookSecretError('is a public key, which cannot sign');
  throw new WebhookSecretError('has neither the prefix whsec_ nor whsk_');
}

function privateKey(bytes: Buffer): KeyObject {
  if (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES)
    throw new WebhookSecretError(`has ${bytes.length} bytes`);
  const der = Buffer.concat([PKCS8_PREFIX, bytes.subarray(0, SEED_BYTES)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const claimed = bytes.subarray(SEED_BYTES);
  if (claimed.length > 0 && !claimed.equals(rawPublicKey(createPublicKey(key))))
    throw new WebhookSecretError('holds a public key that does not belong to its private key');
  return key;
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(-SEED_BYTES);
}

function decode(text: string): Buffer {
  if (!BASE64.test(text)) throw new WebhookSecretError('is not base64');
  return Buffer.from(text, 'base64');
}
