/** Those who wait for something to happen on a queue, by the queue's qualified name. */
export class WakeHub {
  readonly #lookers = new Map<string, Set<() => void>>();
  #size = 0;
  /** Told when somebody begins to wait and when nobody does any more. */
  onDemand: ((anybody: boolean) => void) | undefined;

  /** Calls `look` at each sign of change until the returned function is called. */
  watch(queue: string, look: () => void): () => void {
    let lookers = this.#lookers.get(queue);
    if (lookers === undefined) {
      lookers = new Set();
      this.#lookers.set(queue, lookers);
    }
    lookers.add(look);
    this.#size += 1;
    if (this.#size === 1) this.onDemand?.(true);
    return () => {
      if (!lookers.delete(look)) return;
      this.#size -= 1;
      if (this.#size === 0) this.onDemand?.(false);
    };
  }

  notify(queue: string): void {
    const lookers = this.#lookers.get(queue);
    if (lookers === undefined || lookers.size === 0) return;
    for (const look of lookers) look();
  }

  notifyAll(): void {
    for (const queue of this.#lookers.keys()) this.notify(queue);
  }
}
