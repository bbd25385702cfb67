import { EventsMissingPeerError } from '../errors.ts';

/** @throws EventsMissingPeerError with the import's own error as cause */
export async function loadPeer<T>(peer: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new EventsMissingPeerError(peer, { cause: error });
  }
}
