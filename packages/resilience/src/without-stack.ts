/** Node itself checks this before it sets the limit: it is frozen under `--frozen-intrinsics`. */
const writable = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.writable === true;

/** Makes an error without stack frames: taking them would be most of the cost of a refused call. */
export function withoutStack<E extends Error, Args extends unknown[]>(
  ErrorClass: new (...args: Args) => E,
  ...args: Args
): E {
  if (!writable) return new ErrorClass(...args);
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return new ErrorClass(...args);
  } finally {
    Error.stackTraceLimit = limit;
  }
}
