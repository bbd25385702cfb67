export { findProgram, type ProgramSource } from './find-program.ts';
export { type RedisServer, type RedisServerOptions, redisServer, startRedis } from './redis.ts';
