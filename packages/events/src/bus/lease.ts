import type { Clock } from '@holdfast/context/clock';

/** One holder at a time among all processes. Renewed while it is used, free again `leaseMs` after its holder died. */
export class Lease {
  readonly #take: () => Promise<boolean>;
  readonly #leaseMs: number;
  readonly #clock: Clock;
  #renewAt = Number.NEGATIVE_INFINITY;
  #held = false;

  constructor(take: () => Promise<boolean>, leaseMs: number, clock: Clock) {
    this.#take = take;
    this.#leaseMs = leaseMs;
    this.#clock = clock;
  }

  get held(): boolean {
    return this.#held;
  }

  /** Asks the store three times in the time of a lease at most. */
  async hold(): Promise<boolean> {
    const now = this.#clock.now();
    if (now < this.#renewAt) return this.#held;
    this.#held = await this.#take();
    this.#renewAt = now + this.#leaseMs / 3;
    return this.#held;
  }
}
