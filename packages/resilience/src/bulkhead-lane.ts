/** A call that waits for a place. */
export interface Waiter {
  readonly lane: Lane;
  /** It has been given a place. */
  enter(): void;
  /** Its place in the queue is given to another. */
  pushOut(): void;
  previous: Waiter | undefined;
  next: Waiter | undefined;
}

/** The calls of one key: how many run, and those that wait, first come first served. */
export class Lane {
  readonly key: unknown;
  active = 0;
  waiting = 0;
  first: Waiter | undefined = undefined;
  last: Waiter | undefined = undefined;

  constructor(key: unknown) {
    this.key = key;
  }

  append(waiter: Waiter): void {
    waiter.previous = this.last;
    if (this.last === undefined) this.first = waiter;
    else this.last.next = waiter;
    this.last = waiter;
    this.waiting += 1;
  }

  remove(waiter: Waiter): void {
    const { previous, next } = waiter;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    this.waiting -= 1;
  }
}
