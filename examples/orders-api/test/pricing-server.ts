import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A pricing service that fails on command. Everything costs 100, but for `nothing`, which is not sold. */
export interface PricingServer extends AsyncDisposable {
  readonly url: string;
  /** Headers of every request that came. */
  readonly requests: readonly IncomingHttpHeaders[];
  /** From now on it answers with this status; undefined, the default, with prices. */
  failWith(status: number | undefined): void;
  /** From now on requests wait until the function that it gives is called. */
  hold(): () => void;
}

export async function startPricingServer(): Promise<PricingServer> {
  const requests: IncomingHttpHeaders[] = [];
  let failure: number | undefined;
  let waiting: (() => void)[] | undefined;
  const answer = (url: URL, response: ServerResponse) => {
    const skus = url.searchParams.getAll('sku').filter((sku) => sku !== 'nothing');
    const body = { currency: 'EUR', prices: Object.fromEntries(skus.map((sku) => [sku, 100])) };
    response.writeHead(failure ?? 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(failure === undefined ? body : {}));
  };
  const server = createServer((request, response) => {
    requests.push(request.headers);
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (waiting === undefined) answer(url, response);
    else waiting.push(() => answer(url, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    failWith: (status) => {
      failure = status;
    },
    hold: () => {
      const held: (() => void)[] = [];
      waiting = held;
      return () => {
        waiting = undefined;
        for (const go of held) go();
      };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
