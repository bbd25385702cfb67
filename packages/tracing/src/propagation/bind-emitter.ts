import type { EventEmitter } from 'node:events';

type Listener = (...args: unknown[]) => unknown;

const ADDING = ['addListener', 'on', 'once', 'prependListener', 'prependOnceListener'] as const;
const REMOVING = ['removeListener', 'off'] as const;

const alreadyBound = new WeakSet<EventEmitter>();

/**
 * Makes every listener added from now on run in a context. Only this one emitter changes, and a listener is still
 * removed by the function that was added. Asked for by OpenTelemetry instrumentation; nothing of ours needs it.
 */
export function bindEmitter<T extends EventEmitter>(emitter: T, bind: (listener: Listener) => Listener): T {
  if (alreadyBound.has(emitter)) return emitter;
  alreadyBound.add(emitter);
  const boundListeners = new WeakMap<Listener, Listener>();
  for (const method of ADDING) {
    const add = emitter[method] as (event: string | symbol, listener: Listener) => T;
    define(emitter, method, (event, listener) => {
      if (isBound(listener)) return add.call(emitter, event, listener);
      const bound = boundListeners.get(listener) ?? bind(listener);
      boundListeners.set(listener, bound);
      known.add(bound);
      return add.call(emitter, event, bound);
    });
  }
  for (const method of REMOVING) {
    const remove = emitter[method] as (event: string | symbol, listener: Listener) => T;
    define(emitter, method, (event, listener) =>
      remove.call(emitter, event, boundListeners.get(listener) ?? listener),
    );
  }
  return emitter;
}

const known = new WeakSet<Listener>();

/** Node's `once` wraps the listener and adds it through `on`: what is inside is bound already. */
function isBound(listener: Listener & { listener?: Listener }): boolean {
  return known.has(listener) || (listener.listener !== undefined && known.has(listener.listener));
}

function define<T extends EventEmitter>(
  emitter: T,
  name: string,
  method: (event: string | symbol, listener: Listener) => T,
): void {
  Object.defineProperty(emitter, name, {
    configurable: true,
    writable: true,
    enumerable: false,
    value: method,
  });
}
