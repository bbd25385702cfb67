import type { Clock } from '@holdfast/context/clock';
import type { LeaseAnswer } from '../log/event-log.ts';

/**
 * One holder at a time among all processes. Renewed while it is used, free again `leaseMs` after its holder died: by the
 * clock of the store, or where that has gone back, since nothing was seen of the holder for so long.
 */
export class Lease {
  readonly #take: (stale: string | undefined) => Promise<LeaseAnswer>;
  readonly #leaseMs: number;
  readonly #clock: Clock;
  #renewAt = Number.NEGATIVE_INFINITY;
  #held = false;
  #beat: string | undefined;
  /** Monotonic ms of the first answer with this beat. */
  #beatSince = 0;

  constructor(take: (stale: string | undefined) => Promise<LeaseAnswer>, leaseMs: number, clock: Clock) {
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
    const isStale = !this.#held && now - this.#beatSince >= this.#leaseMs;
    const { isHeld, beat } = await this.#take(isStale ? this.#beat : undefined);
    if (beat !== this.#beat) {
      this.#beat = beat;
      this.#beatSince = this.#clock.now();
    }
    this.#held = isHeld;
    this.#renewAt = now + this.#leaseMs / 3;
    return isHeld;
  }
}
