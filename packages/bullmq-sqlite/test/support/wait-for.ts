import type { EventEmitter } from 'node:events';

/** The arguments of the next event `name` that `accept` agrees to. */
export function next<T extends unknown[]>(
  emitter: Pick<EventEmitter, 'on' | 'off'>,
  name: string,
  accept: (...args: T) => boolean = () => true,
): Promise<T> {
  return new Promise((resolve) => {
    const listener = (...args: unknown[]) => {
      if (!accept(...(args as T))) return;
      emitter.off(name, listener);
      resolve(args as T);
    };
    emitter.on(name, listener);
  });
}

/** Asks until `probe` says yes; for states of other processes, which send no event. Fails with the test's time limit. */
export async function until(probe: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await probe())) await new Promise((resolve) => setTimeout(resolve, 2));
}
