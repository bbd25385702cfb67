import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { run } from './run-command.ts';
import type { Tarball } from './tarballs.ts';

/** A registry on loopback that has our tarballs as published packages. */
export interface LocalRegistry extends AsyncDisposable {
  readonly url: string;
}

/** @see https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
interface Packument {
  readonly name: string;
  readonly 'dist-tags': Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, object>>;
}

/** @param upstream where whoever wants another package is sent; without it there is none */
export async function startLocalRegistry(
  tarballs: readonly Tarball[],
  upstream?: string,
): Promise<LocalRegistry> {
  const packuments = new Map<string, Packument>();
  const files = new Map(tarballs.map(({ pkg, path }) => [`/tarballs/${pkg.shortName}.tgz`, path]));
  const server = createServer(({ url = '/' }, response) => {
    const packument = packuments.get(decodeURIComponent(url.slice(1)));
    const file = files.get(url);
    if (packument !== undefined) answer(response, 'application/json', JSON.stringify(packument));
    else if (file !== undefined) answer(response, 'application/octet-stream', readFileSync(file));
    else if (upstream === undefined) response.writeHead(404).end('{}');
    else response.writeHead(307, { location: new URL(url.slice(1), upstream).href }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const tarball of tarballs) packuments.set(tarball.pkg.manifest.name, await packumentOf(tarball, url));
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(response: ServerResponse, type: string, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

async function packumentOf({ pkg, path }: Tarball, url: string): Promise<Packument> {
  const text = await run('tar', ['-xzOf', path, 'package/package.json'], dirname(path));
  const manifest = JSON.parse(text) as { name: string; version: string };
  const integrity = `sha512-${createHash('sha512').update(readFileSync(path)).digest('base64')}`;
  const dist = { tarball: `${url}/tarballs/${pkg.shortName}.tgz`, integrity };
  const { name, version } = manifest;
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
