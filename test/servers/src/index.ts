export { CHROMIUM_ARGUMENTS, chromium } from './chromium.ts';
export { findProgram, type ProgramSource } from './find-program.ts';
export { freePort } from './free-port.ts';
export { isAlive } from './is-alive.ts';
export { type PostgresServer, type PostgresServerOptions, startPostgres } from './postgres.ts';
export { type PostgresProxy, startPostgresProxy } from './postgres-proxy.ts';
export {
  type PrometheusOptions,
  type PrometheusSample,
  type PrometheusServer,
  prometheusServer,
  promtool,
  startPrometheus,
} from './prometheus.ts';
export { type RedisServer, type RedisServerOptions, redisServer, startRedis } from './redis.ts';
export { type RedisCluster, type RedisClusterOptions, startRedisCluster } from './redis-cluster.ts';
export { type RedisWithSentinel, startRedisWithSentinel } from './redis-sentinel.ts';
