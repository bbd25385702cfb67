import type { Clock, Timer } from '@holdfast/context/clock';
import type { Circuit } from './circuit.ts';

/** When the circuit is tried where nobody has said when it may be. */
const DEFAULT_LOOK_MS = 1000;
const SHORTEST_LOOK_MS = 50;

/**
 * Lets no job through while a circuit is open. An open circuit turns half-open only when it is called, so after its
 * open time one job goes through to try it, and one at a time while it is half-open.
 */
export class CircuitGate {
  readonly #circuit: Circuit | undefined;
  readonly #clock: Clock;
  readonly #setShut: (shut: boolean) => void;
  readonly #listener: () => void = () => this.#follow();
  #state: 'free' | 'shut' | 'trial' = 'free';
  /** The job that tries the circuit. */
  #trialId: string | undefined;
  #look: Timer | undefined;
  #closed = false;

  /** @param setShut told when the worker is to stop taking jobs, and when it may take them again */
  constructor(circuit: Circuit | undefined, clock: Clock, setShut: (shut: boolean) => void) {
    this.#circuit = circuit;
    this.#clock = clock;
    this.#setShut = setShut;
    circuit?.on('stateChange', this.#listener);
    this.#follow();
  }

  /** Whether a job may run now. */
  admits(jobId: string): boolean {
    if (this.#state === 'free') return true;
    if (this.#state === 'shut' || this.#trialId !== undefined) return false;
    this.#trialId = jobId;
    this.#setShut(true);
    return true;
  }

  /** @param refusedForMs where the circuit refused the call: when it may be tried again */
  ended(jobId: string, refusedForMs: number | undefined): void {
    if (this.#state === 'free') return;
    const wasTrial = this.#trialId === jobId;
    if (wasTrial) this.#trialId = undefined;
    if (wasTrial || refusedForMs !== undefined) this.#follow(refusedForMs);
  }

  close(): void {
    this.#closed = true;
    this.#look?.cancel();
    this.#circuit?.off?.('stateChange', this.#listener);
  }

  #follow(refusedForMs?: number): void {
    if (this.#closed || this.#circuit === undefined) return;
    const state = this.#circuit.state.toUpperCase();
    if (state === 'OPEN') this.#shutFor(refusedForMs ?? DEFAULT_LOOK_MS);
    else if (state === 'CLOSED') this.#free();
    else this.#tryOne();
  }

  #shutFor(delayMs: number): void {
    this.#state = 'shut';
    this.#setShut(true);
    this.#look?.cancel();
    this.#look = this.#clock.setTimer(() => this.#tryOne(), Math.max(SHORTEST_LOOK_MS, delayMs));
  }

  #tryOne(): void {
    this.#look?.cancel();
    this.#state = 'trial';
    if (this.#trialId === undefined) this.#setShut(false);
  }

  #free(): void {
    this.#look?.cancel();
    this.#state = 'free';
    this.#trialId = undefined;
    this.#setShut(false);
  }
}
