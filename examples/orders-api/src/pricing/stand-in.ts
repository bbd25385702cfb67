import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** Minor units. What is not here is not sold. */
const PRICES: Readonly<Record<string, number>> = { kelp: 1250, moss: 399, coral: 98_000 };

export interface RunningStandIn extends AsyncDisposable {
  readonly url: string;
}

/** A stand-in for the pricing service: `GET /v1/prices?currency=EUR&sku=kelp&sku=moss`, on a port of its own. */
export async function startPricingStandIn(): Promise<RunningStandIn> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const isKnown = request.method === 'GET' && url.pathname === '/v1/prices';
    const skus = url.searchParams.getAll('sku').filter((sku) => Object.hasOwn(PRICES, sku));
    const prices = Object.fromEntries(skus.map((sku) => [sku, PRICES[sku]]));
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isKnown ? { currency: url.searchParams.get('currency'), prices } : {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: urlOf(server), [Symbol.asyncDispose]: () => closed(server) };
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
