import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Where a connection is broken: before the request goes on, when it has gone on, or in the middle of the answer. */
export type Cut = 'request' | 'answer' | 'half' | 'none';

/** A TCP proxy on loopback that breaks each connection where `next` says. */
export async function startCuttingProxy(targetPort: number, next: () => Cut): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const cut = next();
    const target = connect(targetPort, '127.0.0.1');
    const end = () => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    client.on('data', (bytes: Buffer) => {
      if (cut === 'request') end();
      else target.write(bytes);
    });
    target.on('data', (bytes: Buffer) => {
      if (cut === 'none') client.write(bytes);
      else if (cut === 'answer') end();
      else client.write(bytes.subarray(0, bytes.length / 2), end);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return address.port;
}
