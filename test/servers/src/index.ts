export { findProgram, type ProgramSource } from './find-program.ts';
export { redisServer, type RedisServer, type RedisServerOptions, startRedis } from './redis.ts';
