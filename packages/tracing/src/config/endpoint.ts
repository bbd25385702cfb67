import { TracingOptionError } from '../errors.ts';
import { type Environment, text } from './environment.ts';

const DEFAULT_ENDPOINT = 'http://localhost:4318';
const TRACES_PATH = '/v1/traces';

/**
 * The URL that spans are posted to. The path of the signal is appended only where the URL has none, so a variable
 * that already names it works, too. `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is taken as it is.
 * @throws TracingOptionError when it is no http(s) URL
 */
export function tracesUrl(option: string | undefined, env: Environment): URL {
  if (option !== undefined) return withTracesPath(parse('exporterEndpoint', option));
  const ofTraces = text(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  if (ofTraces !== undefined) return parse('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', ofTraces);
  const ofAll = text(env, 'OTEL_EXPORTER_OTLP_ENDPOINT') ?? DEFAULT_ENDPOINT;
  return withTracesPath(parse('OTEL_EXPORTER_OTLP_ENDPOINT', ofAll));
}

function parse(name: string, value: string): URL {
  const url = URL.parse(value);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new TracingOptionError(name, 'is not an http or https URL, such as http://localhost:4318.');
}

function withTracesPath(url: URL): URL {
  if (url.pathname === '/' || url.pathname === '') url.pathname = TRACES_PATH;
  return url;
}
