import { join } from 'node:path';
import { dataFolder } from '../engines/engine-choice.ts';
import { QueueOptionError } from '../errors.ts';
import { defined, show, whole } from '../option-checks.ts';

export interface SpoolOptions {
  /**
   * Where the files are, on a disk of this machine. Queues of one name on two servers need two folders. Default
   * `spool/<queueName>` in `HOLDFAST_DATA_DIR` or `./.holdfast`.
   */
  folder?: string;
  /** Jobs that one process may keep. Default 100000. */
  maxJobs?: number;
  /** What they may take in all. Default 268435456, 256 MiB. */
  maxBytes?: number;
}

export type ResolvedSpoolOptions = Readonly<Required<SpoolOptions>>;

/** Every default of a spool. */
export const SPOOL_DEFAULTS: Readonly<{ maxJobs: number; maxBytes: number }> = Object.freeze({
  maxJobs: 100_000,
  maxBytes: 256 * 1024 * 1024,
});

/** @throws QueueOptionError */
export function resolveSpool(options: SpoolOptions, queueName: string): ResolvedSpoolOptions {
  const given = { ...SPOOL_DEFAULTS, folder: join(dataFolder(), 'spool', queueName), ...defined(options) };
  if (typeof given.folder !== 'string' || given.folder === '') {
    throw new QueueOptionError('spool.folder', `is ${show(given.folder)}; it must be the path of a folder.`);
  }
  return {
    folder: given.folder,
    maxJobs: whole('spool.maxJobs', given.maxJobs, 1, 100_000_000),
    maxBytes: whole('spool.maxBytes', given.maxBytes, 1, 2 ** 45),
  };
}
