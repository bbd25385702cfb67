import { TracingOptionError } from '../errors.ts';
import { type Environment, text } from './environment.ts';

/** An import of `node:fs` would load its streams, promises and watchers, too. */
const { readFileSync } = process.getBuiltinModule('node:fs');

/** What an HTTPS agent needs beside what Node knows, each as PEM. */
export interface TlsFiles {
  /** Trusted instead of the certificate authorities that Node brings along. */
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

const VARIABLES = [
  ['ca', 'CERTIFICATE'],
  ['cert', 'CLIENT_CERTIFICATE'],
  ['key', 'CLIENT_KEY'],
] as const;

/**
 * The files that `OTEL_EXPORTER_OTLP_CERTIFICATE`, `_CLIENT_CERTIFICATE` and `_CLIENT_KEY` name, or their `_TRACES_`
 * forms, which win.
 * @throws TracingOptionError when one of them cannot be read, or of certificate and key only one is there
 */
export function tlsFiles(env: Environment): TlsFiles {
  const files: { -readonly [K in keyof TlsFiles]: Buffer } = {};
  for (const [option, ending] of VARIABLES) {
    const name = [`OTEL_EXPORTER_OTLP_TRACES_${ending}`, `OTEL_EXPORTER_OTLP_${ending}`].find(
      (candidate) => text(env, candidate) !== undefined,
    );
    if (name !== undefined) files[option] = read(name, text(env, name) ?? '');
  }
  if ((files.cert === undefined) !== (files.key === undefined)) {
    throw new TracingOptionError(
      'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
      'needs OTEL_EXPORTER_OTLP_CLIENT_KEY beside it, and the other way round; only one of them is set.',
    );
  }
  return files;
}

function read(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new TracingOptionError(name, 'names a file that cannot be read; it must be a PEM file.', { cause });
  }
}
