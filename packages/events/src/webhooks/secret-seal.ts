import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { WebhookOptionError, WebhookSecretError } from './errors.ts';

/** How secrets are kept in the store. */
export interface SecretSeal {
  seal(secret: string): string;
  /** @throws WebhookSecretError */
  open(stored: string): string;
}

const SEALED = 'sealed1:';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with a key of the application; without one, secrets are kept as they are. What was stored before there
 * was a key can still be read.
 * @throws WebhookOptionError
 */
export function createSecretSeal(key: Uint8Array | undefined): SecretSeal {
  if (key !== undefined && !(key instanceof Uint8Array && key.length === KEY_BYTES))
    throw new WebhookOptionError('secretStorageKey', `must be ${KEY_BYTES} bytes.`);
  return {
    seal: (secret) => (key === undefined ? secret : encrypt(secret, key)),
    open: (stored) => {
      if (!stored.startsWith(SEALED)) return stored;
      if (key === undefined)
        throw new WebhookSecretError('is stored encrypted and no secretStorageKey was given');
      return decrypt(stored.slice(SEALED.length), key);
    },
  };
}

function encrypt(secret: string, key: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return SEALED + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
}

function decrypt(sealed: string, key: Uint8Array): string {
  try {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new WebhookSecretError('was stored with another secretStorageKey', { cause });
  }
}
