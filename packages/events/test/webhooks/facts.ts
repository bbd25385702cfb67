import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** What is published on a channel while it is in use. */
export interface Facts<T> extends Disposable {
  readonly all: readonly T[];
  /** Resolves with the first fact for which it holds, also one of the past. */
  find(test: (fact: T) => boolean): Promise<T>;
}

export function collectFacts<T>(channel: string): Facts<T> {
  const all: T[] = [];
  const waiting = new Set<() => void>();
  const listener = (message: unknown) => {
    all.push(message as T);
    for (const look of waiting) look();
  };
  subscribe(channel, listener);
  return {
    all,
    find: (test) =>
      new Promise((resolve) => {
        const look = () => {
          const found = all.find(test);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.dispose]: () => void unsubscribe(channel, listener),
  };
}
