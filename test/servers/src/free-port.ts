import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that Linux (32768) and macOS (49152) give to whoever asks for any: otherwise the next connection of
 * somebody else may have the port before its server is up, or while that is killed and started again.
 */
const FIRST_PORT = 15_000;
const LAST_PORT = 32_000;

const given = new Set<number>();

/** A port of loopback that nobody listens on at this moment and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, '127.0.0.1');
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
