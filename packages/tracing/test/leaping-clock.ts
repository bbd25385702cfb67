import { ManualClock } from '@holdfast/context/testing';

/** Can be moved in the middle of a turn, before the answer to what was just sent can come in. */
export class LeapingClock extends ManualClock {
  #leaptMs = 0;

  override now(): number {
    return super.now() + this.#leaptMs;
  }

  /** Fires no timer. */
  leap(ms: number): void {
    this.#leaptMs += ms;
  }
}
