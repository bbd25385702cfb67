import { subscribeSafely } from '@holdfast/context/channels';

interface Waiter<T> {
  readonly done: (facts: readonly T[]) => boolean;
  readonly resolve: (facts: readonly T[]) => void;
}

/** The facts a queue has published since this was made; tests wait for facts, never for time. */
export interface Facts<T> extends Disposable {
  readonly all: readonly T[];
  until(done: (facts: readonly T[]) => boolean): Promise<readonly T[]>;
  count(count: number): Promise<readonly T[]>;
}

export function collectFacts<T extends { queue: string }>(channel: string, queueName: string): Facts<T> {
  const all: T[] = [];
  const waiters = new Set<Waiter<T>>();
  const stop = subscribeSafely<T>(channel, (fact) => {
    if (fact.queue !== queueName) return;
    all.push(fact);
    for (const waiter of waiters) {
      if (!waiter.done(all)) continue;
      waiters.delete(waiter);
      waiter.resolve(all);
    }
  });
  const until = (done: Waiter<T>['done']) =>
    new Promise<readonly T[]>((resolve) => {
      if (done(all)) resolve(all);
      else waiters.add({ done, resolve });
    });
  return { all, until, count: (count) => until((facts) => facts.length >= count), [Symbol.dispose]: stop };
}
