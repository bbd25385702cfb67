import type { Redis } from 'ioredis';

const gathering = new WeakSet<object>();

/**
 * Sends everything that is written to `client` in this turn of the event loop in one system call. ioredis makes one
 * for each command.
 */
export function gatherWrites({ stream }: Redis): void {
  if (stream === undefined || gathering.has(stream)) return;
  gathering.add(stream);
  stream.cork();
  setImmediate(() => {
    gathering.delete(stream);
    stream.uncork();
  });
}
