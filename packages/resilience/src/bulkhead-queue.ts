import type { Lane, Waiter } from './bulkhead-lane.ts';

/**
 * The calls that wait for a place of a bulkhead. Keys take turns: each that waits gets one place before any gets its
 * second. No operation depends on how many calls or keys there are.
 */
export class BulkheadQueue {
  readonly #maxActivePerLane: number;
  /** The lanes with a waiter that may enter, in the order of their turns. A lane at its own limit is not among them. */
  readonly #turns = new Set<Lane>();
  /** Of the calls without a key. */
  readonly #common: Lane;
  /** The lanes of keys with so many waiters, by that number. */
  readonly #lanesOfLength = new Map<number, Set<Lane>>();
  #longest = 0;
  size = 0;

  constructor(maxActivePerLane: number, common: Lane) {
    this.#common = common;
    this.#maxActivePerLane = maxActivePerLane;
  }

  add(waiter: Waiter): void {
    const { lane } = waiter;
    this.#unlist(lane);
    lane.append(waiter);
    this.#list(lane);
    this.size += 1;
    this.offerTurn(lane);
  }

  remove(waiter: Waiter): void {
    const { lane } = waiter;
    this.#unlist(lane);
    lane.remove(waiter);
    this.#list(lane);
    this.size -= 1;
    if (lane.waiting === 0) this.#turns.delete(lane);
  }

  /** The lane may have become able to enter. */
  offerTurn(lane: Lane): void {
    if (lane.waiting > 0 && lane.active < this.#maxActivePerLane) this.#turns.add(lane);
  }

  /** Takes the waiter whose turn it is out of the queue and puts its lane behind the others. */
  takeNext(): Waiter | undefined {
    for (const lane of this.#turns) {
      const waiter = lane.first;
      this.#turns.delete(lane);
      if (waiter === undefined) continue;
      this.remove(waiter);
      return waiter;
    }
    return undefined;
  }

  /** The last waiter of the lane with the most, if `lane` would still have fewer with one more. */
  lastOfLongerThan(lane: Lane): Waiter | undefined {
    const longest = Math.max(this.#longest, this.#common.waiting);
    if (longest <= lane.waiting + 1) return undefined;
    if (longest === this.#common.waiting) return this.#common.last;
    for (const { last } of this.#lanesOfLength.get(longest) ?? []) return last;
    return undefined;
  }

  /** Before the length of a lane changes. */
  #unlist(lane: Lane): void {
    if (lane === this.#common) return;
    const lanes = this.#lanesOfLength.get(lane.waiting);
    lanes?.delete(lane);
    if (lanes?.size === 0) this.#lanesOfLength.delete(lane.waiting);
  }

  /** After the length of a lane has changed, by one. */
  #list(lane: Lane): void {
    if (lane === this.#common) return;
    if (lane.waiting > 0) this.#lanesOfThisLength(lane).add(lane);
    // So the greatest length changes by one, too.
    if (lane.waiting > this.#longest) this.#longest = lane.waiting;
    else if (!this.#lanesOfLength.has(this.#longest)) this.#longest = Math.max(0, this.#longest - 1);
  }

  #lanesOfThisLength({ waiting }: Lane): Set<Lane> {
    const known = this.#lanesOfLength.get(waiting);
    if (known !== undefined) return known;
    const lanes = new Set<Lane>();
    this.#lanesOfLength.set(waiting, lanes);
    return lanes;
  }
}
