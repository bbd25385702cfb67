/**
 * How the packages speak of what they do without knowing who listens: `node:diagnostics_channel`.
 * Facts are plain channels `holdfast:<package>:<fact>`, operations are tracing channels
 * `holdfast:<package>:<operation>`, states are asked for on `holdfast:metrics:collect`.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Published at each scrape; every live object answers with a snapshot of its state. */
export const COLLECT_CHANNEL = 'holdfast:metrics:collect';

/** The message on `COLLECT_CHANNEL`. `kind` is `<package>.<thing>`, for example `queue.depth`. */
export interface CollectRequest {
  /** Hands one snapshot over; `kind` says what it is of, as `queue.depth`. */
  add(kind: string, snapshot: object): void;
  /** Keeps the scrape open, within its own time limit, until `work` has added its snapshots. */
  waitFor(work: Promise<void>): void;
}

let failures = 0;

/** How often a subscriber made by `subscribeSafely` has thrown, in this process. */
export function subscriberFailures(): number {
  return failures;
}

/**
 * Subscribes to a channel so that a throw of `handler` is counted and goes no further: an error that leaves a
 * subscriber would end the process.
 * @returns a function that ends the subscription
 */
export function subscribeSafely<T>(channel: string, handler: (message: T) => void): () => void {
  const listener = (message: unknown) => {
    try {
      handler(message as T);
    } catch {
      failures += 1;
    }
  };
  subscribe(channel, listener);
  return () => void unsubscribe(channel, listener);
}

/** Wraps a `bindStore` transform: when it throws, the store stays what it is and the failure is counted. */
export function transformSafely<M, S>(current: () => S, transform: (message: M) => S): (message: M) => S {
  return (message) => {
    try {
      return transform(message);
    } catch {
      failures += 1;
      return current();
    }
  };
}
