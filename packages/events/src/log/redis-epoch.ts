import { randomUUID } from 'node:crypto';
import type { Clock } from '@holdfast/context/clock';
import { EventsDataLostError } from '../errors.ts';

/**
 * Above the positions of any log before it that took fewer than ten events a millisecond, and small enough for the
 * numbers of Redis' scripts until the year 2286.
 */
const POSITIONS_PER_MS = 10;

export interface RedisEpochOptions {
  readonly bus: string;
  readonly clock: Clock;
  readonly onError: (error: Error) => void;
}

/**
 * Which epoch of the log this process belongs to. A Redis that came back without the log, or with an older copy of it,
 * has another one, as the next answer of an append, a join or a lease says.
 */
export class RedisEpoch {
  readonly #options: RedisEpochOptions;
  #known: string | undefined;
  #next: string = randomUUID();
  #seen = 0;
  #told: string | undefined;
  #isRecovering = false;
  #isClosed = false;
  #recover: () => Promise<void> = async () => {};

  constructor(options: RedisEpochOptions) {
    this.#options = options;
  }

  /** Calls when the log was lost, and again while what it returns rejects. */
  onLost(recover: () => Promise<void>): void {
    this.#recover = recover;
  }

  /** What scripts that look at the epoch take first. */
  arguments(): readonly (string | number)[] {
    return [this.#next, this.#seen, this.#known === undefined ? 0 : this.#start()];
  }

  /** What such a script answered first. */
  heard(name: string, head: number): void {
    if (head > this.#seen) this.#seen = head;
    if (name === this.#known) return;
    if (name === this.#next) this.#next = randomUUID();
    if (this.#known === undefined) this.#known = name;
    else void this.#changed(name);
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Also above what others have seen, unless the clock has gone back in the same moment. */
  #start(): number {
    return Math.max(this.#seen + 1, Math.floor(this.#options.clock.wallTime()) * POSITIONS_PER_MS);
  }

  async #changed(name: string): Promise<void> {
    if (this.#isRecovering || this.#isClosed) return;
    const { bus, onError } = this.#options;
    this.#isRecovering = true;
    if (this.#told !== name) onError(new EventsDataLostError(bus));
    this.#told = name;
    try {
      await this.#recover();
      this.#known = name;
    } catch (error) {
      // The next answer asks for it again.
      onError(error as Error);
    } finally {
      this.#isRecovering = false;
    }
  }
}
