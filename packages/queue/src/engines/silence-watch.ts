import type { Clock } from '@holdfast/context/clock';
import type { QueueEngine } from './engine.ts';
import { withTimeLimit } from './time-limit.ts';

/**
 * An engine that let one call wait for its whole time would let each of the next ones wait for it too. So they are
 * refused at once until it has answered a ping, which the first of them sends.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #limitMs: number;
  #silent = false;
  #asking = false;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** A call had no answer in all its time. */
  began(): void {
    this.#silent = true;
  }

  /** Whether the engine is taken to be silent; asks it where nobody does. */
  holds(engine: Pick<QueueEngine<never>, 'ping'>): boolean {
    if (this.#silent && !this.#asking) void this.#ask(engine);
    return this.#silent;
  }

  async #ask(engine: Pick<QueueEngine<never>, 'ping'>): Promise<void> {
    this.#asking = true;
    try {
      await withTimeLimit(engine.ping(), this.#limitMs, this.#clock, () => new Error('no answer'));
      this.#silent = false;
    } catch {
      // The next call asks again.
    } finally {
      this.#asking = false;
    }
  }
}
