import type { CircuitState } from './circuit-state.ts';

/** One call, as the engine sees it. `start` never throws. */
export interface EngineWork<R> {
  start(): Promise<R>;
}

/**
 * What carries a circuit: its state, and the calls of its closed state. When to change state is decided outside; every
 * change is complete when the method returns. A call that began before a change still settles for its caller.
 */
export interface BreakerEngine {
  readonly state: CircuitState;
  /** Starts the work of a closed circuit. */
  run<R>(work: EngineWork<R>): Promise<R>;
  open(): void;
  /** Begins a trial, from open. Its calls are run by the circuit itself. */
  halfOpen(): void;
  /** Ends the trial: closed when recovered, else open. */
  decide(recovered: boolean): void;
  /** Closes by hand, from any state. */
  close(): void;
}
