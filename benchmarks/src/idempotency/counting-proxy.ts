import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CountingProxy {
  readonly port: number;
  /** How often a client has spoken after the server had, since this was asked last. */
  roundTrips(): number;
  close(): Promise<void>;
}

/** Passes everything on to a port of this machine, whatever is spoken there, and counts whose turn it is. */
export async function startCountingProxy(target: number): Promise<CountingProxy> {
  let turns = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let isClientsTurn = true;
    client.on('data', () => {
      if (isClientsTurn) turns += 1;
      isClientsTurn = false;
    });
    upstream.on('data', () => (isClientsTurn = true));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one.setNoDelay(true).on('error', () => other.destroy());
      one.on('close', () => open.delete(one)).pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    roundTrips() {
      const counted = turns;
      turns = 0;
      return counted;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
