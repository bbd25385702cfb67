/** Functions whose calls the test settles by hand. */
export interface ManualFunction {
  (): Promise<unknown>;
  /** How often it was called. */
  readonly calls: number;
  /** Settles the call with that index, from 0. */
  succeed(index: number, value?: unknown): void;
  fail(index: number, error: unknown): void;
}

export function manualFunction(): ManualFunction {
  const settlers: PromiseWithResolvers<unknown>[] = [];
  const settler = (index: number) => {
    const found = settlers[index];
    if (found === undefined) throw new RangeError(`Call ${index} was not made.`);
    return found;
  };
  const fn = () => {
    const next = Promise.withResolvers<unknown>();
    settlers.push(next);
    return next.promise;
  };
  return Object.defineProperty(
    Object.assign(fn, {
      calls: 0,
      succeed: (index: number, value?: unknown) => settler(index).resolve(value),
      fail: (index: number, error: unknown) => settler(index).reject(error),
    }),
    'calls',
    { get: () => settlers.length },
  );
}

/** Keeps a rejection from being reported as unhandled, and tells how the promise settled. */
export interface Watched {
  state: 'pending' | 'fulfilled' | 'rejected';
  value: unknown;
}

export function watch(promise: Promise<unknown>): Watched {
  const watched: Watched = { state: 'pending', value: undefined };
  promise.then(
    (value) => Object.assign(watched, { state: 'fulfilled', value }),
    (error: unknown) => Object.assign(watched, { state: 'rejected', value: error }),
  );
  return watched;
}
