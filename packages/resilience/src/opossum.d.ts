/** The part of opossum 10 that is used here: the package ships no types of its own. */
declare module 'opossum' {
  import type { EventEmitter } from 'node:events';

  interface OpossumOptions<Args extends unknown[]> {
    name: string;
    timeout: number | false;
    errorFilter: (error: unknown, ...args: Args) => boolean;
    enableSnapshots: boolean;
    rollingPercentilesEnabled: boolean;
    rollingCountBuckets: number;
    rotateBucketController: EventEmitter;
    state?: { enabled: boolean; closed: boolean; halfOpen: boolean; warmUp: boolean; shutdown: boolean };
  }

  export default class Opossum<Args extends unknown[], R> {
    constructor(action: (...args: Args) => PromiseLike<R>, options: OpossumOptions<Args>);
    readonly closed: boolean;
    readonly opened: boolean;
    readonly halfOpen: boolean;
    fire(...args: Args): Promise<R>;
    open(): void;
    close(): void;
    shutdown(): void;
  }
}
