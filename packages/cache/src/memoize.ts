import { argumentsKey } from './arguments-key.ts';
import { type Cache, createCache } from './cache.ts';
import { CacheOptionError } from './errors.ts';
import type { CacheOptions } from './options.ts';

export interface MemoizeOptions<A extends readonly unknown[]> extends CacheOptions {
  /** The text of the arguments. Default a canonical form of plain arguments. */
  keyGenerator?: (...args: A) => string;
}

/** A function that remembers its results. */
export interface Memoized<A extends readonly unknown[], R> {
  (...args: A): Promise<R>;
  /** What the results are kept in. */
  readonly cache: Cache<R>;
  /** Forgets the result for these arguments. @throws CacheStoreError */
  invalidate(...args: A): Promise<void>;
}

let memoized = 0;

/**
 * Remembers what `fn` returns for its arguments; a failure is not remembered. Arguments only make the key: what else
 * `fn` reads, a tenant of the context for one, has to be among them or in `keyGenerator`.
 * @throws CacheOptionError
 */
export function memoize<A extends readonly unknown[], R>(
  fn: (...args: A) => R | Promise<R>,
  options: MemoizeOptions<A> = {},
): Memoized<A, R> {
  if (typeof fn !== 'function')
    throw new CacheOptionError('fn', 'memoize: the first argument must be a function.');
  const { keyGenerator, ...rest } = options;
  const cache = createCache<R>(
    rest.name === undefined && rest.store === undefined ? { ...rest, name: nameOf(fn) } : rest,
  );
  const keyOf = (args: A) => (keyGenerator === undefined ? argumentsKey(args) : keyGenerator(...args));
  // Async, so that arguments without a key reject like everything else.
  const call = async (...args: A): Promise<R> => cache.getOrLoad(keyOf(args), () => fn(...args));
  return Object.assign(call, {
    cache,
    invalidate: async (...args: A) => cache.delete(keyOf(args)),
  });
}

/** The function's own name where it fits, so that its metrics say what they are about. */
function nameOf(fn: { readonly name: string }): string {
  if (/^[\w.-]{1,64}$/.test(fn.name)) return fn.name;
  memoized += 1;
  return `memoized-${memoized}`;
}
