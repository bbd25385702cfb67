import type { TimeSeries } from './time-series.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface ServiceOptions {
  readonly clock: VirtualClock;
  /** Calls worked on at the same time; the others wait in line, also those whose caller has given up. */
  readonly workers: number;
  /** How long the work on one call takes, ms. */
  readonly workMs: () => number;
  readonly arrivals: TimeSeries;
}

/** What the fleet depends on. While stalled it takes calls and works on none, as behind a lock. */
export class SimulatedService {
  readonly #options: ServiceOptions;
  #line: (() => void)[] = [];
  #head = 0;
  #busy = 0;
  #stalled = false;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  call(): Promise<void> {
    const { arrivals, clock } = this.#options;
    arrivals.add(clock.now());
    return new Promise((answer) => {
      this.#line.push(answer);
      this.#work();
    });
  }

  stall(): void {
    this.#stalled = true;
  }

  resume(): void {
    this.#stalled = false;
    this.#work();
  }

  #work(): void {
    const { workers, workMs, clock } = this.#options;
    while (!this.#stalled && this.#busy < workers) {
      const answer = this.#line[this.#head];
      if (answer === undefined) {
        this.#line = [];
        this.#head = 0;
        return;
      }
      this.#head += 1;
      this.#busy += 1;
      clock.setTimer(() => {
        this.#busy -= 1;
        answer();
        this.#work();
      }, workMs());
    }
  }
}
