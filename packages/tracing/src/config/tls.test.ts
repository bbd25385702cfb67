import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tlsFiles } from './tls.ts';

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
  for (const name of ['ca', 'own-ca', 'cert', 'key']) writeFileSync(file(name), name);
});

afterAll(() => rmSync(folder, { recursive: true }));

const texts = (files: object) =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, String(bytes)]));

describe('the variables for certificates', () => {
  it('name the files of the authority, of our certificate and of its key', () => {
    const files = tlsFiles({
      OTEL_EXPORTER_OTLP_CERTIFICATE: file('ca'),
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: file('cert'),
      OTEL_EXPORTER_OTLP_CLIENT_KEY: file('key'),
    });
    expect(texts(files)).toEqual({ ca: 'ca', cert: 'cert', key: 'key' });
    expect(tlsFiles({})).toEqual({});
  });

  it('of traces win', () => {
    const files = tlsFiles({
      OTEL_EXPORTER_OTLP_CERTIFICATE: file('ca'),
      OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: file('own-ca'),
    });
    expect(texts(files)).toEqual({ ca: 'own-ca' });
  });

  it('refuse a file that cannot be read, and a certificate without its key', () => {
    expect(() => tlsFiles({ OTEL_EXPORTER_OTLP_CERTIFICATE: file('missing') })).toThrow(
      'OTEL_EXPORTER_OTLP_CERTIFICATE: names a file that cannot be read; it must be a PEM file.',
    );
    expect(() => tlsFiles({ OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: file('cert') })).toThrow(
      'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: needs OTEL_EXPORTER_OTLP_CLIENT_KEY beside it, and the other way round; only one of them is set.',
    );
  });
});
