import { TracingOptionError } from '../errors.ts';
import type { SpanExporter, TracingOptions } from '../options.ts';
import { type Environment, listOf, oneOf, text } from './environment.ts';

/** Where spans go, with everything that destination needs. */
export type Destination =
  | { readonly kind: 'otlp'; readonly console?: boolean }
  | { readonly kind: 'console' }
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'exporter'; readonly exporter: SpanExporter };

/** @throws TracingOptionError for an exporter that does not exist, or a protocol that is not spoken */
export function resolveDestination(exporter: TracingOptions['exporter'], env: Environment): Destination {
  const chosen = exporter ?? namedDestination(env);
  if (typeof chosen === 'string') return otlpChecked({ kind: oneOf('exporter', chosen, EXPORTERS) }, env);
  if ('kind' in chosen) return otlpChecked(chosen, env);
  if ('file' in chosen) {
    if (typeof chosen.file === 'string' && chosen.file !== '') return { kind: 'file', path: chosen.file };
    throw new TracingOptionError('exporter.file', 'must be the path of the file that spans are appended to.');
  }
  if (typeof chosen.export === 'function') return { kind: 'exporter', exporter: chosen };
  throw new TracingOptionError(
    'exporter',
    "must be 'otlp', 'console', 'none', { file } or a SpanExporter with an export() method.",
  );
}

const EXPORTERS = ['otlp', 'console', 'none'] as const;

/** The variable may name several, by commas. */
function namedDestination(env: Environment): Destination {
  const names = listOf(env, 'OTEL_TRACES_EXPORTER', 'otlp').map((name) =>
    oneOf('OTEL_TRACES_EXPORTER', name, EXPORTERS),
  );
  const [first = 'otlp'] = names;
  if (new Set(names).size === 1) return { kind: first };
  if (!names.includes('none')) return { kind: 'otlp', console: true };
  throw new TracingOptionError('OTEL_TRACES_EXPORTER', 'names none beside others; none stands alone.');
}

function otlpChecked(destination: Destination, env: Environment): Destination {
  if (destination.kind === 'otlp') checkProtocol(env);
  return destination;
}

/** Protobuf over HTTP is all that is spoken; a port of gRPC would refuse it again and again. */
function checkProtocol(env: Environment): void {
  const name =
    text(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') === undefined
      ? 'OTEL_EXPORTER_OTLP_PROTOCOL'
      : 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';
  oneOf(name, text(env, name) ?? 'http/protobuf', ['http/protobuf']);
}
