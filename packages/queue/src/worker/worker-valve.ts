import type { BullWorker } from '../engines/engine.ts';

/** Whether a worker takes jobs: not while the application has paused it, nor while a circuit is open. */
export class WorkerValve {
  readonly #worker: Pick<BullWorker<never>, 'pause' | 'resume'>;
  readonly #setPaused: (paused: boolean) => void;
  #pausedByHand = false;
  #shut = false;
  #isPaused = false;

  /** @param setPaused told whether the application has paused it */
  constructor(worker: Pick<BullWorker<never>, 'pause' | 'resume'>, setPaused: (paused: boolean) => void) {
    this.#worker = worker;
    this.#setPaused = setPaused;
  }

  async pause(): Promise<void> {
    this.#pausedByHand = true;
    this.#setPaused(true);
    await this.#apply();
  }

  async resume(): Promise<void> {
    this.#pausedByHand = false;
    this.#setPaused(false);
    await this.#apply();
  }

  shut(shut: boolean): void {
    this.#shut = shut;
    // Takes effect before it settles; a worker that is already gone has nothing to pause.
    this.#apply().catch(() => {});
  }

  async #apply(): Promise<void> {
    const paused = this.#pausedByHand || this.#shut;
    if (paused === this.#isPaused) return;
    this.#isPaused = paused;
    if (paused) await this.#worker.pause(true);
    else await this.#worker.resume();
  }
}
