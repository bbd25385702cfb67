import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKey, ApiKeyStore } from '../storage/storage.ts';

const KEY = /^hk_([0-9a-f]{16})_([0-9a-f]{64})$/;

/** Makes a key. Its text is told once and cannot be had again: only a hash of its secret part is kept. */
export async function issueApiKey(
  store: ApiKeyStore,
  owner: Pick<ApiKey, 'tenantId' | 'userId'>,
): Promise<{ id: string; key: string }> {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('hex');
  await store.add({ id, ...owner, secretHash: sha256(secret) });
  return { id, key: `hk_${id}_${secret}` };
}

/** Whose key it is. Found by its public part; the secret part is compared in constant time. */
export async function findOwner(store: ApiKeyStore, key: string): Promise<ApiKey | undefined> {
  const [, id, secret] = KEY.exec(key) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const found = await store.find(id);
  return found !== undefined && timingSafeEqual(found.secretHash, sha256(secret)) ? found : undefined;
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
