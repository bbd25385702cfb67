import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebhookSenderOptions } from '../../src/webhooks/index.ts';
import { startSender } from './plant.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasOpenssl)('an endpoint with TLS', () => {
  let folder: string;
  let ca: string;
  let server: Server;
  let port: number;
  const served: (string | undefined)[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const request =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=hooks.example';
    const files = ['-addext', 'subjectAltName=DNS:hooks.example', '-keyout', key, '-out', cert];
    const made = spawnSync('openssl', [...request.split(' '), ...files]);
    expect(made.status).toBe(0);
    ca = readFileSync(cert, 'utf8');
    server = createServer({ key: readFileSync(key), cert: ca }, (request, response) => {
      served.push(request.headers.host);
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  async function attemptAt(host: string, options: WebhookSenderOptions) {
    const resolve = async () => ['127.0.0.1'];
    const { sender, attempts } = await startSender({
      resolve,
      allowHttp: false,
      retryScheduleMs: [60_000],
      ...options,
    });
    const { id: endpointId } = await sender.endpoints.register({ url: `https://${host}:${port}/` });
    await sender.send({ endpointId }, { type: 'a.b', data: 1 });
    return attempts.find(() => true);
  }

  it('is delivered to by its name, whatever address that has', async () => {
    expect(await attemptAt('hooks.example', { ca })).toMatchObject({ outcome: 'delivered' });
    expect(served).toEqual([`hooks.example:${port}`]);
  });

  it('is not delivered to where nobody vouches for its certificate, or it is for another name', async () => {
    served.length = 0;
    expect(await attemptAt('hooks.example', {})).toMatchObject({ outcome: 'retried', errorClass: 'tls' });
    expect(await attemptAt('other.example', { ca })).toMatchObject({ outcome: 'retried', errorClass: 'tls' });
    expect(served).toEqual([]);
  });

  it('is not delivered to at a refused address', async () => {
    const attempt = await attemptAt('hooks.example', { ca, resolve: async () => ['127.0.0.2'] });
    expect(attempt.errorClass).toBe('refused-address');
  });
});
