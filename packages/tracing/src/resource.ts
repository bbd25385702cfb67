import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** An import of `node:fs` would load its streams, promises and watchers, too. */
const { readFileSync } = process.getBuiltinModule('node:fs');

/** Says which process the spans come from. */
export type ResourceAttributes = Readonly<Record<string, string | number | boolean>>;

export const PACKAGE_NAME = '@holdfast/tracing';

let version: string | undefined;

/** The version of this package, read from its manifest when first asked for; `unknown` within a bundle. */
export function packageVersion(): string {
  version ??= readVersion() ?? 'unknown';
  return version;
}

function readVersion(): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      readonly name?: unknown;
      readonly version?: unknown;
    };
    // Beside a bundle lies the manifest of the application.
    return manifest.name === PACKAGE_NAME ? String(manifest.version) : undefined;
  } catch {
    return undefined;
  }
}

/** @see https://opentelemetry.io/docs/specs/semconv/resource/ */
export function detectedResource(): ResourceAttributes {
  return {
    'telemetry.sdk.name': PACKAGE_NAME,
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': packageVersion(),
    'service.instance.id': randomUUID(),
    'host.name': hostname(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
  };
}
