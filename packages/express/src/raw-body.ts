import type { IncomingMessage } from 'node:http';

/** How much of a body that is too large is read and thrown away, so that its sender gets to see the answer. */
const DISCARDED_BYTES = 16 * 1024 * 1024;

/** What became of the body: its bytes, or why there are none. */
export type RawBody =
  | { readonly kind: 'complete'; readonly bytes: Buffer }
  | { readonly kind: 'too-large'; readonly drained: boolean }
  | { readonly kind: 'aborted' };

/** Reads the body as it comes, at most `limitBytes` of it. Never rejects. */
export function readRawBody(req: IncomingMessage, limitBytes: number): Promise<RawBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const finish = (body: RawBody) => {
      req.off('data', onData).off('end', onEnd).off('error', onAbort).off('close', onAbort);
      resolve(body);
    };
    const onData = (chunk: Buffer) => {
      received += chunk.length;
      if (received <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (received > limitBytes + DISCARDED_BYTES) finish({ kind: 'too-large', drained: false });
    };
    const onEnd = () => {
      const isComplete = received <= limitBytes;
      finish(
        isComplete
          ? { kind: 'complete', bytes: Buffer.concat(chunks, received) }
          : { kind: 'too-large', drained: true },
      );
    };
    const onAbort = () => finish({ kind: 'aborted' });
    // A listener for 'error' stays: an abort after the decision must not become an uncaught error.
    req.on('error', () => undefined);
    req.on('data', onData).on('end', onEnd).on('error', onAbort).on('close', onAbort);
  });
}
