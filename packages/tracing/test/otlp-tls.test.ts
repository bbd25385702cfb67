import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runChild } from './child.ts';

const OPENSSL = '/usr/bin/openssl';

let folder: string;
let collector: Server;
let url: string;
let exports = 0;
const file = (name: string) => join(folder, name);

/** A certificate that stands for itself, at the collector's side and at ours. */
function makeCertificate(name: string): void {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    file(`${name}.key`),
  ];
  execFileSync(OPENSSL, ['req', '-x509', ...key, '-out', file(`${name}.pem`), '-days', '2', ...subject], {
    stdio: 'ignore',
  });
}

const PROGRAM = `
  import { initTracing, withSpan } from '@holdfast/tracing';
  const tracing = initTracing({ flushTimeoutMs: Number(process.env.FLUSH_TIMEOUT_MS ?? 30_000) });
  process.on('worker', () => console.log('thread'));
  withSpan('work', () => undefined);
  await tracing.flush();
  console.log(tracing.getStats().exported);
  process.exit(0);
`;

const run = (env: Record<string, string>) => runChild(PROGRAM, { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env });

describe.skipIf(!existsSync(OPENSSL))('a collector that asks for certificates', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-otlp-tls-'));
    for (const name of ['collector', 'client']) makeCertificate(name);
    collector = createServer(
      {
        cert: readFileSync(file('collector.pem')),
        key: readFileSync(file('collector.key')),
        ca: readFileSync(file('client.pem')),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => {
        exports += 1;
        request.resume().on('end', () => response.end());
      },
    );
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    collector.closeAllConnections();
    collector.close();
    rmSync(folder, { recursive: true });
  });

  it('gets the spans of who has them, and knows it itself', async () => {
    const { stdout, stderr } = await run({
      OTEL_EXPORTER_OTLP_CERTIFICATE: file('collector.pem'),
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: file('client.pem'),
      OTEL_EXPORTER_OTLP_CLIENT_KEY: file('client.key'),
    });
    expect({ stdout, stderr, exports }).toEqual({ stdout: '1\n', stderr: '', exports: 1 });
  });

  it('gets them from the export thread, too', async () => {
    const { stdout, stderr } = await run({
      OTEL_EXPORTER_OTLP_CERTIFICATE: file('collector.pem'),
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: file('client.pem'),
      OTEL_EXPORTER_OTLP_CLIENT_KEY: file('client.key'),
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1',
    });
    expect({ stdout, stderr, exports }).toEqual({ stdout: 'thread\n1\n', stderr: '', exports: 2 });
  });

  it('gets nothing from who has none', async () => {
    const { stdout } = await run({
      OTEL_EXPORTER_OTLP_CERTIFICATE: file('collector.pem'),
      FLUSH_TIMEOUT_MS: '1500',
    });
    expect({ stdout, exports }).toEqual({ stdout: '0\n', exports: 2 });
  });
});
