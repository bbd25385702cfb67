import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type DatabaseOptions,
  type ResolvedDatabaseOptions,
  resolveDatabaseOptions,
} from '../database/options.ts';
import { QueryObserver } from '../database/query-observer.ts';
import { TracingOptionError } from '../errors.ts';
import { isPatched } from '../patched.ts';
import { isPool, type PgClientLike, type PgPoolLike } from './pg-client.ts';
import { type Query, tracedQuery } from './traced-query.ts';

/** Options of `tracePg`. */
export type TracePgOptions = DatabaseOptions;

const DEFAULT_PORT = 5432;
const traced = new WeakSet<object>();

/**
 * Traces what runs on a client or a pool of `pg`: a client span per statement, durations, slow statements, and the
 * comments, where asked for. It is this one object that is changed, not the module, and it is given back.
 * @throws TracingOptionError for an option that cannot be used, or when there is nothing to trace
 * @example const pool = tracePg(new Pool(), { slowQueryThreshold: 50 });
 */
export function tracePg<T extends PgClientLike | PgPoolLike>(
  poolOrClient: T,
  options: DatabaseOptions = {},
): T {
  const resolved = resolveDatabaseOptions(options);
  if (typeof (poolOrClient as Partial<PgClientLike> | undefined)?.query !== 'function') {
    throw new TracingOptionError('poolOrClient', 'must be a Pool or a Client of pg.');
  }
  if (traced.has(poolOrClient)) return poolOrClient;
  traced.add(poolOrClient);
  if (isPool(poolOrClient)) tracePool(poolOrClient, resolved);
  else traceClient(poolOrClient, resolved);
  return poolOrClient;
}

/**
 * A pool calls back from within the release of another request: its callbacks are bound to whoever waits for a client,
 * `pool.query()` among them, since it calls `connect()` itself.
 */
function tracePool(pool: PgPoolLike, options: ResolvedDatabaseOptions): void {
  pool.on('acquire', (client: PgClientLike) => {
    if (traced.has(client)) return;
    traced.add(client);
    traceClient(client, options);
  });
  const connect = pool.connect as Query;
  pool.connect = function connectTraced(...args: unknown[]) {
    const bound = args.map((argument) =>
      typeof argument === 'function' ? AsyncLocalStorage.bind(argument as () => void) : argument,
    );
    return connect.apply(this, bound);
  };
}

function traceClient(client: PgClientLike, options: ResolvedDatabaseOptions): void {
  const query = client.query as Query;
  let observer: QueryObserver | undefined;
  const observe = () => (observer ??= observerOf(client, options, !isPatched(query)));
  client.query = tracedQuery(query, {
    observer: options.trackQueryDuration ? observe : () => undefined,
    comments: options.includeTraceComments,
  });
}

function observerOf(client: PgClientLike, options: ResolvedDatabaseOptions, spans: boolean): QueryObserver {
  const address = client.host ?? 'localhost';
  return new QueryObserver({
    ...options,
    system: 'postgresql',
    namespace: client.database ?? '',
    server: { address, port: client.port ?? DEFAULT_PORT },
    spans,
  });
}
