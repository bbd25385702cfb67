/**
 * The endpoints of the proof in a process of their own. Says its port, then an `Arrival` in JSON for each request; on
 * an address that is refused it listens on the same port and says what should never have come.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import '../workload/end-with-parent.ts';
import {
  ALLOWED_HOST,
  type Arrival,
  type EndpointKind,
  REFUSED_HOST,
  SLOW_ANSWER_MS,
  sharedNow,
} from './kinds.ts';

const allowed = createServer((request, response) => take(request, response, false));
const port = await listen(allowed, 0, ALLOWED_HOST);
await listen(
  createServer((request, response) => take(request, response, true)),
  port,
  REFUSED_HOST,
);
process.stdout.write(`${port}\n`);

function take(request: IncomingMessage, response: ServerResponse, isRefused: boolean): void {
  const arrivedAt = sharedNow();
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    const [, kind = 'healthy', endpoint = ''] = (request.url ?? '').split('/');
    const { data } = JSON.parse(body === '' ? '{"data":{}}' : body) as { data: { sentAt?: number } };
    const arrival: Arrival = {
      kind: isRefused ? 'refused' : (kind as EndpointKind),
      endpoint,
      eventId: String(request.headers['webhook-id']),
      latencyMs: arrivedAt - (data.sentAt ?? arrivedAt),
    };
    process.stdout.write(`${JSON.stringify(arrival)}\n`);
    answer(kind as EndpointKind, response);
  });
}

function answer(kind: EndpointKind, response: ServerResponse): void {
  switch (kind) {
    case 'dead':
      return;
    case 'slow':
      setTimeout(() => response.writeHead(200).end(), SLOW_ANSWER_MS);
      return;
    case 'redirecting':
      response.writeHead(302, { location: `http://${REFUSED_HOST}:${port}/followed` }).end();
      return;
    case 'gone':
      response.writeHead(410).end();
      return;
    case 'rebinding':
      // The next attempt needs a new connection, and so asks the resolver again.
      response.writeHead(500, { connection: 'close' }).end();
      return;
    default:
      response.writeHead(204).end();
  }
}

async function listen(server: Server, on: number, host: string): Promise<number> {
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(on, host, resolve));
  return (server.address() as AddressInfo).port;
}
