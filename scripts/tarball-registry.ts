import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { run } from './run-command.ts';
import type { Tarball } from './tarballs.ts';

export interface TarballRegistry {
  /** What `@holdfast:registry=` names. */
  readonly url: string;
  close(): Promise<void>;
}

interface Published {
  readonly name: string;
  readonly version: string;
  readonly bytes: Buffer;
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** A registry on loopback that has the packed packages and nothing else: `npm install @holdfast/queue` as users type it. */
export async function startTarballRegistry(tarballs: readonly Tarball[]): Promise<TarballRegistry> {
  const published = await Promise.all(tarballs.map(readTarball));
  let url = '';
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    const file = published.find(({ name, version }) => path === fileName(name, version));
    if (file !== undefined) return void response.end(file.bytes);
    const found = published.find(({ name }) => path === name);
    if (found === undefined) return void response.writeHead(404).end('{}');
    sendJson(response, packument(found, url));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The manifest is the packed one, in which pnpm has replaced what only a workspace understands. */
async function readTarball({ pkg, path }: Tarball): Promise<Published> {
  const { name, version } = pkg.manifest;
  const manifest = JSON.parse(
    await run('tar', ['-xzOf', path, 'package/package.json'], pkg.folder),
  ) as Record<string, unknown>;
  return { name, version, bytes: readFileSync(path), manifest };
}

function packument({ name, version, bytes, manifest }: Published, url: string): object {
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  const dist = { tarball: `${url}${fileName(name, version)}`, integrity };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}

function fileName(name: string, version: string): string {
  return `${name}/-/${version}.tgz`;
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
