import type { Server } from 'node:http';
import { ListenError } from './errors.ts';

/** Where the service listens. */
export interface Listening {
  /** The one it got where 0 was asked for. */
  readonly port: number;
  /** For a client on this machine. */
  readonly url: string;
}

/**
 * Starts to listen.
 * @param host default: every interface
 * @throws ListenError in one line for a port that is in use or may not be used
 */
export function listen(server: Server, port: number, host?: string): Promise<Listening> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return Promise.reject(new ListenError(`listen: port is ${port}; it must be an integer from 0 to 65535.`));
  }
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException) => {
      const where = `${host ?? '*'}:${port}`;
      reject(new ListenError(`Cannot listen on ${where}: ${reasonOf(cause)}.`, { cause }));
    };
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve(addressOf(server, port, host));
    });
  });
}

function reasonOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'the port is in use. Stop the other process, or choose another port';
  if (code === 'EACCES') return 'this user may not open the port. Choose one above 1023';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine does not have that address';
  return `the system answered ${code ?? 'with an error'}`;
}

function addressOf(server: Server, wanted: number, host: string | undefined): Listening {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : wanted;
  const isWildcard = host === undefined || host === '::' || host === '0.0.0.0';
  const name = isWildcard ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return { port, url: `http://${name}:${port}` };
}
