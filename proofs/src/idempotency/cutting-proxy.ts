/** A TCP proxy on loopback that breaks the connections through it when it is told to. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** Breaks a part of what is open, chosen by `choose`. @returns how many */
  cut(choose: () => boolean): number;
  close(): Promise<void>;
}

export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    const end = () => {
      client.destroy();
      target.destroy();
      open.delete(client);
    };
    open.add(client);
    for (const socket of [client, target]) socket.on('error', end).on('close', end);
    client.pipe(target).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    cut: (choose) => {
      const chosen = [...open].filter(choose);
      for (const socket of chosen) socket.destroy();
      return chosen.length;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
