import { QueueMissingPeerError } from '../errors.ts';

/** @throws QueueMissingPeerError with the import's own error as cause */
export async function loadPeer<T>(peer: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new QueueMissingPeerError(peer, { cause: error });
  }
}
