import { parseArgs } from 'node:util';

export type Scale = 'full' | 'small';

export interface DemoOptions {
  json: boolean;
  redis: boolean;
  /** File for the report's picture. */
  svg: string | undefined;
  scale: Scale;
  /** Leaves the temporary folder for a look. */
  keep: boolean;
  help: boolean;
}

export const USAGE = `npm run demo -- [options]

  --json        the report as one JSON line, the last on standard output; all else goes to standard error
  --svg FILE    writes the report as a picture too
  --redis       runs the queue on Redis: on REDIS_URL where it is set, else on a private server
  --scale small a short run with fewer events and one crash
  --keep        leaves the data folder for a look
  --help        prints this

With REDIS_URL set, --redis is implied.
`;

/** @throws Error naming the option that cannot be used */
export function parseOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      redis: { type: 'boolean', default: false },
      svg: { type: 'string' },
      scale: { type: 'string', default: 'full' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { json, svg, scale, keep, help } = values;
  if (scale !== 'full' && scale !== 'small')
    throw new Error(`--scale is '${scale}'; it must be full or small.`);
  if (svg === '') throw new Error('--svg needs the name of a file.');
  const redis = values.redis || (process.env['REDIS_URL'] ?? '') !== '';
  return { json, svg, scale, keep, redis, help };
}
