/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class CacheError extends Error {
  abstract readonly code: string;
}

/** An option or argument that cannot be used. */
export class CacheOptionError extends CacheError {
  override readonly name = 'CacheOptionError';
  readonly code = 'ERR_CACHE_OPTION';
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** The arguments of a memoized call have no unambiguous text. The function was not called. */
export class CacheKeyError extends CacheError {
  override readonly name = 'CacheKeyError';
  readonly code = 'ERR_CACHE_KEY';

  constructor(reason: string) {
    super(
      `The arguments of a memoized call ${reason}. Give memoize() a keyGenerator that makes a text of them.`,
    );
  }
}

/** A value that cannot be copied was to be cached. It was loaded, and is not given out. */
export class UncacheableValueError extends CacheError {
  override readonly name = 'UncacheableValueError';
  readonly code = 'ERR_CACHE_VALUE';

  constructor(cache: string, cause: unknown) {
    super(
      `A value for the cache "${cache}" cannot be copied, so callers would share it. Return plain data: no functions, symbols, promises or streams.`,
      { cause },
    );
  }
}

/** The load did not end within `loadTimeoutMs`; its signal has been aborted and a later result is thrown away. */
export class CacheLoadTimeoutError extends CacheError {
  override readonly name = 'CacheLoadTimeoutError';
  readonly code = 'ERR_CACHE_LOAD_TIMEOUT';
  readonly timeoutMs: number;

  constructor(cache: string, timeoutMs: number) {
    super(
      `A load of the cache "${cache}" did not end within ${timeoutMs} ms. Make it faster, or raise loadTimeoutMs.`,
    );
    this.timeoutMs = timeoutMs;
  }
}

/** Everybody who waited for the load has gone; the reason of the signal that the load was given. */
export class LoadAbandonedError extends CacheError {
  override readonly name = 'LoadAbandonedError';
  readonly code = 'ERR_CACHE_LOAD_ABANDONED';

  constructor() {
    super('Nobody waits for this load any more: every caller was cancelled or ran out of time.');
  }
}

/** The cache was closed. Nothing was loaded. */
export class CacheClosedError extends CacheError {
  override readonly name = 'CacheClosedError';
  readonly code = 'ERR_CACHE_CLOSED';

  constructor(cache: string) {
    super(`The cache "${cache}" is closed. Close it after what uses it.`);
  }
}

/** The package that a store with a `url` connects with is not installed. It is the cause of a `CacheStoreError`. */
export class CacheMissingPeerError extends CacheError {
  override readonly name = 'CacheMissingPeerError';
  readonly code = 'ERR_CACHE_MISSING_PEER';
  readonly peer: string;

  constructor(peer: string, options: ErrorOptions) {
    super(
      `This cache store needs the package ${peer}, which could not be loaded: run "npm install ${peer}".`,
      options,
    );
    this.peer = peer;
  }
}

/** The second tier did not answer, or not in time. Told to `onError`; the cache goes on without it. */
export class CacheStoreError extends CacheError {
  override readonly name = 'CacheStoreError';
  readonly code = 'ERR_CACHE_STORE';

  constructor(cache: string, doing: string, cause: unknown) {
    super(
      `The store of the cache "${cache}" could not ${doing}. Values are loaded and kept in this process until it answers; look at the cause.`,
      { cause },
    );
  }
}

/**
 * Another request was answered for many and failed, and there is no older answer. This one's handler was not run, so
 * that a failing source is not asked once for each that waits.
 */
export class CollapsedRequestError extends CacheError {
  override readonly name = 'CollapsedRequestError';
  readonly code = 'ERR_CACHE_SOURCE_FAILED';
  readonly status = 503;
  readonly retryAfterMs = 1000;

  constructor() {
    super('The request that was made for all who wait for this answer failed. Try again.');
  }
}
