export {
  type DatabaseOptions,
  type SlowQueryLogger,
  TRACED_DATABASE_DEFAULTS as TRACE_PG_DEFAULTS,
} from './database/options.ts';
export type { PgClientLike, PgPoolLike } from './postgres/pg-client.ts';
export { type TracePgOptions, tracePg } from './postgres/trace-pg.ts';
