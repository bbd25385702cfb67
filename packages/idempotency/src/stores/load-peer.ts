import { IdempotencyMissingPeerError } from '../errors.ts';

/** @throws IdempotencyMissingPeerError with the import's own error as cause */
export async function loadPeer<T>(peer: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new IdempotencyMissingPeerError(peer, { cause });
  }
}
