import { AsyncLocalStorage } from 'node:async_hooks';
import type { QueryObserver, RunningQuery } from '../database/query-observer.ts';
import { traceComment } from '../database/sql-comment.ts';
import { shapeOf } from '../database/sql-text.ts';
import { isSubmittable, type PgQueryConfig, type PgSubmittable } from './pg-client.ts';

export interface QueryTracing {
  /** Asked for at each query, since a client learns its address when it is made and a pool's client later. */
  readonly observer: () => QueryObserver | undefined;
  readonly comments: boolean;
}

/** `client.query`, whichever of its overloads is meant. */
export type Query = (this: unknown, ...args: unknown[]) => unknown;
type Callback = (error: unknown, result?: unknown) => unknown;

/** `client.query` with a span around it, in all the ways in which it can be called. */
export function tracedQuery(query: Query, tracing: QueryTracing): Query {
  return function queryTraced(this: unknown, ...args: unknown[]): unknown {
    const [given] = args;
    // What is no query is refused by pg itself, in its own words.
    if (given === null || given === undefined) return query.apply(this, args);
    const running = tracing.observer()?.begin(shapeOf(textOf(given), 'postgresql'));
    if (isSubmittable(given)) {
      watchSubmittable(given, args, running);
      return started(running, () => query.apply(this, args));
    }
    if (tracing.comments) args[0] = withComment(given);
    if (running === undefined) return query.apply(this, args);
    if (watchCallback(args, running)) return started(running, () => query.apply(this, args));
    return watchPromise(started(running, () => query.apply(this, args)) as PromiseLike<unknown>, running);
  };
}

function textOf(given: unknown): string {
  if (typeof given === 'string') return given;
  const { text } = given as PgQueryConfig;
  if (typeof text === 'string') return text;
  const ofCursor = isSubmittable(given) ? given.cursor?.text : undefined;
  return typeof ofCursor === 'string' ? ofCursor : '';
}

/**
 * A statement with a name is parsed once per connection and run by whoever comes next: a comment in it would carry the
 * ids of the first into the requests of all others, so it never gets one. Everything else is parsed at each call.
 */
function withComment(given: unknown): unknown {
  const comment = traceComment();
  if (comment === '') return given;
  if (typeof given === 'string') return comment + given;
  const { text, name } = given as PgQueryConfig;
  if (typeof text !== 'string' || name) return given;
  // The caller's object may be used again, and may have its values behind getters.
  const property = { value: comment + text, writable: true, enumerable: true, configurable: true };
  return Object.create(given as object, { text: property });
}

/** Runs what sends the query; when it throws nothing was sent. */
function started(running: RunningQuery | undefined, send: () => unknown): unknown {
  try {
    return send();
  } catch (error) {
    running?.finish(error ?? new Error('unknown'));
    throw error;
  }
}

/** The callback may stand after the values, in their place, or in the object. */
function watchCallback(args: unknown[], running: RunningQuery): boolean {
  const index = args.findIndex((argument, at) => at > 0 && typeof argument === 'function');
  if (index > 0) {
    args[index] = watched(args[index] as Callback, running);
    return true;
  }
  const { callback } = args[0] as PgQueryConfig;
  if (typeof args[0] === 'string' || typeof callback !== 'function') return false;
  const property = { value: watched(callback as Callback, running), writable: true, enumerable: true };
  args[0] = Object.create(args[0] as object, { callback: property });
  return true;
}

/** A callback is called from within the connection, whoever opened that: it is bound to whoever asked. */
function watched(callback: Callback, running: RunningQuery): Callback {
  return AsyncLocalStorage.bind((error: unknown, result?: unknown) => {
    running.finish(error ?? undefined);
    return callback(error, result);
  });
}

/** The promise given out settles after the span has ended; one that nobody handles stays unhandled. */
function watchPromise(work: PromiseLike<unknown>, running: RunningQuery): PromiseLike<unknown> {
  return work.then(
    (result) => {
      running.finish();
      return result;
    },
    (error: unknown) => {
      running.finish(error ?? new Error('unknown'));
      throw error;
    },
  );
}

/** A cursor or a stream is over when the server is ready for the next query. */
function watchSubmittable(query: PgSubmittable, args: unknown[], running: RunningQuery | undefined): void {
  bindCallback(query, args);
  if (running === undefined) return;
  const { handleError, handleReadyForQuery } = query;
  let failure: unknown;
  query.handleError = function handleErrorTraced(error, connection) {
    failure ??= error ?? new Error('unknown');
    // A connection that is lost is never ready again.
    running.finish(failure);
    return handleError?.call(this, error, connection);
  };
  query.handleReadyForQuery = function handleReadyTraced(connection) {
    running.finish(failure);
    return handleReadyForQuery?.call(this, connection);
  };
}

function bindCallback(query: PgSubmittable, args: unknown[]): void {
  if (typeof query.callback === 'function')
    query.callback = AsyncLocalStorage.bind(query.callback as Callback);
  for (let index = 1; index < args.length; index += 1) {
    const argument = args[index];
    if (typeof argument === 'function') args[index] = AsyncLocalStorage.bind(argument as Callback);
  }
}
