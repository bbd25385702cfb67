import type { Clock, Timer } from '@holdfast/context/clock';
import { contextStorage } from '@holdfast/context/storage';

const AFTER_FAILURE_MS = 500;

/** Runs one step at a time: again at once while there is more, else when it is woken or `idleMs` have passed. */
export class WorkLoop {
  readonly #step: () => Promise<boolean>;
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #onError: (error: Error) => void;
  #running: Promise<void> | undefined;
  #woken = false;
  #failed = false;
  #timer: Timer | undefined;
  #stopped = false;

  /** @param step answers whether there is more to do */
  constructor(step: () => Promise<boolean>, idleMs: number, clock: Clock, onError: (error: Error) => void) {
    this.#step = step;
    this.#idleMs = idleMs;
    this.#clock = clock;
    this.#onError = onError;
  }

  wake(): void {
    this.#woken = true;
    // After a failure the next try is left to the timer, or a flood of events would be one of attempts.
    if (this.#running !== undefined || this.#stopped || this.#failed) return;
    this.#start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  #start(): void {
    this.#timer?.cancel();
    // What wakes it may be a request, whose context must not go on with the events of others.
    this.#running = contextStorage.exit(() => this.#run());
  }

  async #run(): Promise<void> {
    this.#failed = false;
    try {
      let more = true;
      while ((more || this.#woken) && !this.#stopped) {
        this.#woken = false;
        more = await this.#step();
      }
    } catch (error) {
      this.#failed = true;
      this.#onError(error as Error);
    }
    this.#running = undefined;
    if (this.#stopped) return;
    if (this.#woken && !this.#failed) this.#start();
    else
      this.#timer = this.#clock.setTimer(() => this.#start(), this.#failed ? AFTER_FAILURE_MS : this.#idleMs);
  }
}
