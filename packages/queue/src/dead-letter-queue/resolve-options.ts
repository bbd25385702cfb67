import { join } from 'node:path';
import { type Clock, systemClock } from '@holdfast/context/clock';
import { QueueOptionError } from '../errors.ts';
import { DEAD_LETTER_QUEUE_DEFAULTS, type DeadLetterQueueOptions } from './options.ts';
import type { DeadLetterStore } from './store.ts';

export interface ResolvedLetterOptions {
  readonly queuePrefix: string;
  readonly maxAgeMs: number;
  readonly claimMs: number;
  readonly clock: Clock;
  readonly open: () => Promise<DeadLetterStore>;
}

const DAY_MS = 86_400_000;
const LONGEST_PREFIX = 128;

/** @throws QueueOptionError naming option, value and range */
export function resolveLetterOptions(options: DeadLetterQueueOptions): ResolvedLetterOptions {
  const { clock = systemClock } = options;
  const queuePrefix = options.queuePrefix ?? DEAD_LETTER_QUEUE_DEFAULTS.queuePrefix;
  const maxAgeDays = options.maxAgeDays ?? DEAD_LETTER_QUEUE_DEFAULTS.maxAgeDays;
  const claimMs = options.claimMs ?? DEAD_LETTER_QUEUE_DEFAULTS.claimMs;
  if (typeof queuePrefix !== 'string' || queuePrefix === '' || queuePrefix.length > LONGEST_PREFIX) {
    throw new QueueOptionError('queuePrefix', `must be a string of 1 to ${LONGEST_PREFIX} characters.`);
  }
  inRange('maxAgeDays', maxAgeDays, 0.01, 36_500);
  inRange('claimMs', claimMs, 1000, DAY_MS);
  return {
    queuePrefix,
    maxAgeMs: maxAgeDays * DAY_MS,
    claimMs,
    clock,
    open: chooseStore(options, queuePrefix),
  };
}

function inRange(option: string, value: number, min: number, max: number): void {
  if (value >= min && value <= max) return;
  throw new QueueOptionError(option, `is ${String(value)}; it must be from ${min} to ${max}.`);
}

function chooseStore(
  { redisUrl, client, backend }: DeadLetterQueueOptions,
  prefix: string,
): () => Promise<DeadLetterStore> {
  if ([redisUrl, client, backend].filter((place) => place !== undefined).length > 1) {
    throw new QueueOptionError('redisUrl', 'client and backend: give one of them.');
  }
  // The module of a store is loaded when one is opened, as its client is.
  if (client !== undefined)
    return async () => (await import('./redis-store.ts')).openRedisStore(client, prefix);
  if (redisUrl !== undefined) {
    if (!/^rediss?:\/\//.test(redisUrl)) {
      throw new QueueOptionError('redisUrl', 'must begin with redis:// or rediss://.');
    }
    return async () => (await import('./redis-store.ts')).openRedisStore({ url: redisUrl }, prefix);
  }
  if (backend === undefined) {
    const file = join(process.env['HOLDFAST_DATA_DIR'] ?? '.holdfast', 'dead-letters.db');
    return async () => (await import('./sqlite-store.ts')).openSqliteStore({ file }, prefix);
  }
  if ('postgres' in backend)
    return async () => (await import('./postgres-store.ts')).openPostgresStore(backend.postgres, prefix);
  if ('file' in backend || 'db' in backend)
    return async () => (await import('./sqlite-store.ts')).openSqliteStore(backend, prefix);
  throw new QueueOptionError(
    'backend',
    'must be { file: path }, { db: an open better-sqlite3 database } or { postgres: { url } or a pg Pool }.',
  );
}
