export const QUERY_CHANNEL = 'holdfast:tracing:query';

/** Fact `holdfast:tracing:query`: a traced statement ended, also where nothing is recorded. */
export interface QueryFact {
  readonly system: 'sqlite' | 'postgresql';
  /** The first word of the statement in capitals: `SELECT`, `INSERT`, `PRAGMA`. */
  readonly operation: string;
  readonly durationMs: number;
  readonly failed: boolean;
}

export const SLOW_QUERY_CHANNEL = 'holdfast:tracing:slow-query';

/** Fact `holdfast:tracing:slow-query`: it took longer than `slowQueryThreshold`. */
export interface SlowQueryFact extends QueryFact {
  /** The statement with its literals replaced by `?`. */
  readonly queryText: string;
  readonly thresholdMs: number;
}

export const HTTP_CLIENT_CHANNEL = 'holdfast:tracing:http-client';

/** Fact `holdfast:tracing:http-client`: the answer of an outgoing request has arrived, or it failed. */
export interface HttpClientFact {
  /** Host and port as they were asked for. */
  readonly host: string;
  readonly method: string;
  /** Missing where no answer came. */
  readonly statusCode?: number;
  readonly durationMs: number;
  readonly failed: boolean;
}

export const REDIS_CHANNEL = 'holdfast:tracing:redis';

/** Fact `holdfast:tracing:redis`: a command of a traced Redis client ended, also where nothing is recorded. */
export interface RedisFact {
  /** In capitals: `GET`, `CONFIG SET`. */
  readonly command: string;
  readonly durationMs: number;
  readonly failed: boolean;
}

export const SLOW_OPERATION_CHANNEL = 'holdfast:tracing:slow-redis-operation';

/** Fact `holdfast:tracing:slow-redis-operation`: it took longer than `slowOperationThreshold`. */
export interface SlowOperationFact extends RedisFact {
  readonly thresholdMs: number;
}
