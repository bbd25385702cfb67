import type { TlsFiles } from '../config/tls.ts';
import type { HttpClient } from './poster.ts';

/** Which of Node's clients speaks to this address. */
export function clientModule(url: URL): 'node:http' | 'node:https' {
  return url.protocol === 'https:' ? 'node:https' : 'node:http';
}

/** An import of `node:http` would load Node's fetch and HTTP/2, too. */
export function loadClient(module: 'node:http' | 'node:https'): HttpClient {
  return process.getBuiltinModule(module);
}

/** How connections are made: what was given for the collector, and what this process has as its defaults. */
export function agentOptions(url: URL, tlsFiles: TlsFiles = {}): Record<string, unknown> {
  const { getDefaultAutoSelectFamily } = process.getBuiltinModule('node:net');
  const connection = { autoSelectFamily: getDefaultAutoSelectFamily() };
  if (url.protocol !== 'https:') return connection;
  const tls = process.getBuiltinModule('node:tls');
  return {
    ...connection,
    minVersion: tls.DEFAULT_MIN_VERSION,
    maxVersion: tls.DEFAULT_MAX_VERSION,
    ciphers: tls.DEFAULT_CIPHERS,
    ...tlsFiles,
  };
}
