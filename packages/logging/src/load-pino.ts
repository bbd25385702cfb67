import { createRequire } from 'node:module';
import type { pino } from 'pino';

let loaded: typeof pino | undefined;

/** pino, loaded with the first logger: a service that brings a logger of its own does not wait for it. */
export function loadPino(): typeof pino {
  return (loaded ??= createRequire(import.meta.url)('pino') as typeof pino);
}
