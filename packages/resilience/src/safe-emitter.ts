type Listener<Args extends readonly unknown[]> = (...args: Args) => unknown;

/** Calls the application's own functions so that what they throw or reject with is counted and goes no further. */
export class ListenerGuard {
  #failures = 0;

  /** How often a listener has thrown or its promise was rejected. */
  get failures(): number {
    return this.#failures;
  }

  call<Args extends readonly unknown[]>(listener: Listener<Args>, ...args: Args): void {
    try {
      const result = listener(...args);
      if (result instanceof Promise) result.catch(() => this.failed());
    } catch {
      this.failed();
    }
  }

  failed(): void {
    this.#failures += 1;
  }
}

/** An emitter whose listeners never change the outcome of what they listen to. */
export class SafeEmitter<Events extends Record<keyof Events, readonly unknown[]>> {
  readonly #guard: ListenerGuard;
  readonly #listeners = new Map<keyof Events, readonly Listener<never>[]>();

  constructor(guard: ListenerGuard) {
    this.#guard = guard;
  }

  has(event: keyof Events): boolean {
    return this.#listeners.size > 0 && this.#listeners.has(event);
  }

  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  /** Removes the listener once, as added last. */
  off<E extends keyof Events>(event: E, listener: Listener<Events[E]>): void {
    const listeners = this.#listeners.get(event) ?? [];
    const index = listeners.lastIndexOf(listener);
    if (index < 0) return;
    if (listeners.length === 1) this.#listeners.delete(event);
    else this.#listeners.set(event, listeners.toSpliced(index, 1));
  }

  emit<E extends keyof Events>(event: E, ...args: Events[E]): void {
    const listeners = (this.#listeners.get(event) ?? []) as readonly Listener<Events[E]>[];
    for (const listener of listeners) this.#guard.call(listener, ...args);
  }
}
