import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface PostgresProxy {
  /** As that of the server, through the proxy. */
  readonly url: string;
  /**
   * Puts the news that the server ends right behind its next answer and cuts that connection, as a server does that is
   * shut down or loses its postmaster while a client is between two statements.
   * @param passing answers that are let through before, on whatever connection
   */
  endBehindNextAnswer(passing?: number): void;
  /** How often that was done. */
  readonly ended: number;
  close(): Promise<void>;
}

/** A way to a PostgreSQL server on which a connection can be ended at one certain instant. */
export async function startPostgresProxy(serverUrl: string): Promise<PostgresProxy> {
  const target = new URL(serverUrl);
  const open = new Set<Socket>();
  let answersLeft = Number.POSITIVE_INFINITY;
  let ended = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(socket);
          other.destroy();
        });
    }
    client.pipe(upstream);
    upstream.on('data', (answer) => {
      if (endsWithReady(answer)) answersLeft -= 1;
      if (answersLeft >= 0) return void client.write(answer);
      answersLeft = Number.POSITIVE_INFINITY;
      ended += 1;
      client.end(Buffer.concat([answer, SERVER_ENDS]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(serverUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    endBehindNextAnswer: (passing = 0) => {
      answersLeft = passing;
    },
    get ended() {
      return ended;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** ReadyForQuery is the last message of every answer: `Z`, a length of 5, the state of the transaction. */
function endsWithReady(answer: Buffer): boolean {
  const at = answer.length - 6;
  return at >= 0 && answer[at] === 0x5a && answer.readInt32BE(at + 1) === 5;
}

/** ErrorResponse (PostgreSQL protocol 3.0, section 54.7) as a server sends it that is told to end. */
const SERVER_ENDS: Buffer = errorResponse([
  ['S', 'FATAL'],
  ['V', 'FATAL'],
  ['C', '57P01'],
  ['M', 'terminating connection due to administrator command'],
]);

function errorResponse(fields: readonly (readonly [string, string])[]): Buffer {
  const body = Buffer.from(`${fields.map(([type, text]) => `${type}${text}\0`).join('')}\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
