import { describe, expect, it } from 'vitest';
import { loadPeer } from './load-peer.ts';

describe('loadPeer', () => {
  it('gives what was loaded', async () => {
    await expect(loadPeer('some-client', async () => 7)).resolves.toBe(7);
  });

  it('says which package to install when it cannot be loaded', async () => {
    const failure = new Error("Cannot find package 'some-client'");
    await expect(loadPeer('some-client', () => Promise.reject(failure))).rejects.toMatchObject({
      name: 'QueueMissingPeerError',
      code: 'ERR_QUEUE_MISSING_PEER',
      peer: 'some-client',
      message:
        'This queue needs the package some-client, which could not be loaded: run "npm install some-client".',
      cause: failure,
    });
  });
});
