import { TracingOptionError } from '../errors.ts';
import { type Environment, pairs } from './environment.ts';

type Headers = Readonly<Record<string, string>>;

/** What field names and values are made of: https://www.rfc-editor.org/rfc/rfc9110#section-5 */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The headers of each export.
 * @throws TracingOptionError for what no header can be; never with a value, which may be a secret
 */
export function exportHeaders(given: Headers | undefined, env: Environment): Headers {
  if (given !== undefined) return checked('headers', given);
  return {
    ...fromVariable('OTEL_EXPORTER_OTLP_HEADERS', env),
    ...fromVariable('OTEL_EXPORTER_OTLP_TRACES_HEADERS', env),
  };
}

function fromVariable(variable: string, env: Environment): Headers {
  return checked(variable, pairs(env, variable));
}

function checked(source: string, headers: Headers): Headers {
  for (const [index, [name, value]] of Object.entries(headers).entries()) {
    if (!NAME.test(name)) {
      throw new TracingOptionError(
        source,
        `has something else than a name of a header in place ${index + 1}; it must be letters, digits and hyphens.`,
      );
    }
    if (typeof value !== 'string' || !VALUE.test(value)) {
      throw new TracingOptionError(
        source,
        `has a value for "${name}" that no header can have; it must be a text without line breaks and control characters.`,
      );
    }
  }
  return headers;
}
