import { describe, expect, it } from 'vitest';
import { loadPeer } from './load-peer.ts';

describe('a peer of a store', () => {
  it('is loaded when it is installed', async () => {
    await expect(loadPeer('pg', async () => ({ Pool: 1 }))).resolves.toEqual({ Pool: 1 });
  });

  it('is named with the command that installs it when it is not', async () => {
    const cause = new Error("Cannot find package 'pg'");
    await expect(loadPeer('pg', () => Promise.reject(cause))).rejects.toMatchObject({
      name: 'IdempotencyMissingPeerError',
      code: 'ERR_IDEMPOTENCY_MISSING_PEER',
      peer: 'pg',
      message:
        'This idempotency store needs the package pg, which could not be loaded: run "npm install pg".',
      cause,
    });
  });
});
