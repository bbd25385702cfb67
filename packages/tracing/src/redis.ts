export type { RedisFact, SlowOperationFact } from './channels.ts';
export {
  REDIS_TRACE_DEFAULTS,
  type RedisTraceOptions,
  type SlowOperationLogger,
  type TraceRedisOptions,
} from './redis/options.ts';
export type { RedisClientLike } from './redis/redis-client.ts';
export { type StampedKeyOptions, stampedKey } from './redis/stamped-key.ts';
export { traceRedis } from './redis/trace-redis.ts';
export { withRedisTrace } from './redis/with-redis-trace.ts';
