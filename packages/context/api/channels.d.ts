// channels.d.ts
/** Published at each scrape; every live object answers with a snapshot of its state. */
export declare const COLLECT_CHANNEL = "holdfast:metrics:collect";
/** The message on `COLLECT_CHANNEL`. `kind` is `<package>.<thing>`, for example `queue.depth`. */
export interface CollectRequest {
    /** Hands one snapshot over; `kind` says what it is of, as `queue.depth`. */
    add(kind: string, snapshot: object): void;
    /** Keeps the scrape open, within its own time limit, until `work` has added its snapshots. */
    waitFor(work: Promise<void>): void;
}
/** How often a subscriber made by `subscribeSafely` has thrown, in this process. */
export declare function subscriberFailures(): number;
/**
 * Subscribes to a channel so that a throw of `handler` is counted and goes no further: an error that leaves a
 * subscriber would end the process.
 * @returns a function that ends the subscription
 */
export declare function subscribeSafely<T>(channel: string, handler: (message: T) => void): () => void;
/** Wraps a `bindStore` transform: when it throws, the store stays what it is and the failure is counted. */
export declare function transformSafely<M, S>(current: () => S, transform: (message: M) => S): (message: M) => S;
