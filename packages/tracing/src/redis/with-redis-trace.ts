import { activeSource } from '../active-source.ts';
import { CommandObserver } from './command-observer.ts';
import { type RedisTraceOptions, resolveRedisOptions } from './options.ts';

/**
 * Runs one operation on Redis, with whatever client, inside a span; its duration is published, a slow one reported.
 * The key, given by the caller, shows on the span and in the line of a slow operation: give a pattern where keys are
 * personal.
 * @throws TracingOptionError for an option that cannot be used; else what `fn` throws, unchanged
 * @example await withRedisTrace('get', 'cache:user:123', () => redis.get('cache:user:123'), { slowOperationThreshold: 50 });
 */
export function withRedisTrace<T>(
  operation: string,
  key: string,
  fn: () => Promise<T>,
  options: RedisTraceOptions = {},
): Promise<T> {
  const running = new CommandObserver(resolveRedisOptions(options)).begin({
    operation: operation.toUpperCase(),
    key,
  });
  return settle(
    (error) => running.finish(error),
    () => (running.span === undefined ? fn() : activeSource().runWith(running.span, fn)),
  );
}

async function settle<T>(finish: (error?: unknown) => void, run: () => Promise<T>): Promise<T> {
  try {
    const result = await run();
    finish();
    return result;
  } catch (error) {
    finish(error ?? new Error('unknown'));
    throw error;
  }
}
