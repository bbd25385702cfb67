/** Published for every traced statement, also when nothing is recorded; read by metrics. */
export const QUERY_CHANNEL = 'holdfast:tracing:query';

export interface QueryFact {
  readonly system: 'sqlite' | 'postgresql';
  /** The first word of the statement in capitals: `SELECT`, `INSERT`, `PRAGMA`. */
  readonly operation: string;
  readonly durationMs: number;
  readonly failed: boolean;
}

/** Published for a statement that took longer than `slowQueryThreshold`. */
export const SLOW_QUERY_CHANNEL = 'holdfast:tracing:slow-query';

export interface SlowQueryFact extends QueryFact {
  /** The statement with its literals replaced by `?`. */
  readonly queryText: string;
  readonly thresholdMs: number;
}

/** Published when the answer of an outgoing request has arrived, or it failed. */
export const HTTP_CLIENT_CHANNEL = 'holdfast:tracing:http-client';

export interface HttpClientFact {
  /** Host and port as they were asked for. */
  readonly host: string;
  readonly method: string;
  /** Missing where no answer came. */
  readonly statusCode?: number;
  readonly durationMs: number;
  readonly failed: boolean;
}

/** Published for every command of a traced Redis client, also when nothing is recorded; read by metrics. */
export const REDIS_CHANNEL = 'holdfast:tracing:redis';

export interface RedisFact {
  /** In capitals: `GET`, `CONFIG SET`. */
  readonly command: string;
  readonly durationMs: number;
  readonly failed: boolean;
}

/** Published for an operation on Redis that took longer than `slowOperationThreshold`. */
export const SLOW_OPERATION_CHANNEL = 'holdfast:tracing:slow-redis-operation';

export interface SlowOperationFact extends RedisFact {
  readonly thresholdMs: number;
}
