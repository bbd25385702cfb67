import { traceRedis } from '@holdfast/tracing/redis';
import { Redis } from 'ioredis';

export interface Visits {
  count(): Promise<number>;
}

/** A counter on Redis, where there is one. */
export function openVisits(url: string | undefined): Visits | undefined {
  if (url === undefined || url === '') return undefined;
  const redis = traceRedis(new Redis(url, { maxRetriesPerRequest: 1 }));
  return { count: () => redis.incr('playground:visits') };
}
