import { setImmediate } from 'node:timers/promises';
import type { Clock, Timer } from '@holdfast/context/clock';

interface Entry {
  readonly dueAt: number;
  readonly sequence: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** Simulated time with room for hundreds of thousands of timers: they are kept in a binary heap. */
export class VirtualClock implements Clock {
  #now = 0;
  #sequence = 0;
  readonly #heap: Entry[] = [];

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#now;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const entry = {
      dueAt: this.#now + Math.max(0, delayMs),
      sequence: this.#sequence,
      callback,
      cancelled: false,
    };
    this.#sequence += 1;
    this.#push(entry);
    return {
      cancel: () => {
        entry.cancelled = true;
      },
    };
  }

  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.setTimer(resolve, delayMs));
  }

  /** Lets time pass: fires what falls due in order, and lets promises settle after each timer. */
  async runUntil(endMs: number): Promise<void> {
    await setImmediate();
    for (let entry = this.#heap[0]; entry !== undefined && entry.dueAt <= endMs; entry = this.#heap[0]) {
      this.#pop();
      if (entry.cancelled) continue;
      this.#now = entry.dueAt;
      entry.callback();
      await setImmediate();
    }
    this.#now = endMs;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = heap[left + 1];
      let child = heap[left];
      let childIndex = left;
      if (child !== undefined && right !== undefined && isBefore(right, child)) {
        child = right;
        childIndex = left + 1;
      }
      if (child === undefined || !isBefore(child, last)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.sequence < b.sequence);
}
