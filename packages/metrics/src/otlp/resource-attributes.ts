import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** Says which process the metrics come from. */
export type ResourceAttributes = Readonly<Record<string, string | number | boolean>>;

export interface ResourceOptions {
  readonly serviceName: string | undefined;
  readonly serviceVersion: string | undefined;
  readonly environment: string | undefined;
  readonly attributes: ResourceAttributes;
}

/**
 * What is known of the process, then `OTEL_RESOURCE_ATTRIBUTES`, then the options, the later winning.
 * @see https://opentelemetry.io/docs/specs/semconv/resource/
 */
export function resourceAttributes(
  { serviceName, serviceVersion, environment, attributes }: ResourceOptions,
  env: Readonly<Record<string, string | undefined>>,
): ResourceAttributes {
  const found: Record<string, string | number | boolean> = {
    'service.name': 'unknown_service',
    'telemetry.sdk.name': '@holdfast/metrics',
    'telemetry.sdk.language': 'nodejs',
    'service.instance.id': randomUUID(),
    'host.name': hostname(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    ...pairs(env['OTEL_RESOURCE_ATTRIBUTES'] ?? ''),
  };
  const name = serviceName ?? (env['OTEL_SERVICE_NAME'] || undefined);
  if (name !== undefined) found['service.name'] = name;
  if (serviceVersion !== undefined) found['service.version'] = serviceVersion;
  if (environment !== undefined) found['deployment.environment.name'] = environment;
  return { ...found, ...attributes };
}

/** `key=value,key=value`, both percent-decoded. */
function pairs(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of text.split(',')) {
    const separator = entry.indexOf('=');
    const key = decode(entry.slice(0, Math.max(0, separator)).trim());
    if (key !== '') found[key] = decode(entry.slice(separator + 1).trim());
  }
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
