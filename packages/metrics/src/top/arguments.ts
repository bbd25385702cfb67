import { parseArgs } from 'node:util';

export interface TopArguments {
  readonly url: URL;
  /** Sent as `x-api-key`; undefined sends none. */
  readonly key: string | undefined;
  readonly intervalMs: number;
  /** One look, then the end. */
  readonly once: boolean;
  /** One JSON line for each look instead of a screen. */
  readonly json: boolean;
}

/** The command line cannot be understood; its message is all the user needs. */
export class TopUsageError extends Error {
  override readonly name = 'TopUsageError';
  readonly code = 'ERR_TOP_USAGE';
}

export const TOP_USAGE = `holdfast-top URL [--key KEY] [--interval SECONDS] [--once] [--json]

Shows what a running service tells under URL, http://127.0.0.1:3000/metrics for one: rates and latencies of requests,
circuits, queues, dead letters, cache, event loop. Ends with Ctrl-C or q.

  --key KEY            what /metrics asks for as x-api-key; default METRICS_API_KEY
  --interval SECONDS   between two looks, 0.2 to 3600; default 2
  --once               prints one look and ends; 1 when the service did not answer
  --json               prints one JSON line for each look
`;

const DEFAULT_INTERVAL = '2';
const SHORTEST_S = 0.2;
const LONGEST_S = 3600;

/**
 * @returns undefined where help was asked for
 * @throws TopUsageError
 */
export function readTopArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): TopArguments | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  const [address, surplus] = positionals;
  if (address === undefined)
    throw new TopUsageError('Say where the metrics are: holdfast-top http://127.0.0.1:3000/metrics');
  if (surplus !== undefined) throw new TopUsageError(`One service at a time: "${surplus}" is too much.`);
  return {
    url: urlOf(address),
    key: values.key ?? (env['METRICS_API_KEY'] || undefined),
    intervalMs: secondsOf(values.interval ?? DEFAULT_INTERVAL) * 1000,
    once: values.once === true,
    json: values.json === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        interval: { type: 'string' },
        once: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new TopUsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** `localhost:3000` is enough. */
function urlOf(text: string): URL {
  const address = /^https?:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(address))
    throw new TopUsageError(`"${text}" is no address; http://127.0.0.1:3000/metrics is one.`);
  const url = new URL(address);
  if (url.username !== '' || url.password !== '')
    throw new TopUsageError(
      'The address has a user or a password in it; a key goes to --key or METRICS_API_KEY.',
    );
  if (url.pathname === '/') url.pathname = '/metrics';
  return url;
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (seconds >= SHORTEST_S && seconds <= LONGEST_S) return seconds;
  throw new TopUsageError(`--interval is "${text}"; it must be ${SHORTEST_S} to ${LONGEST_S} seconds.`);
}
