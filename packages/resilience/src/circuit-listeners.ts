import type { CircuitEventDetail, CircuitEventName, ResolvedCircuitSettings } from './circuit-options.ts';
import type { CircuitState } from './circuit-state.ts';
import { ListenerGuard, SafeEmitter } from './safe-emitter.ts';

/** What `on(event, listener)` hands to its listeners. */
export interface CircuitEvents {
  open: [];
  halfOpen: [];
  close: [];
  success: [durationMs: number];
  failure: [error: unknown, durationMs: number];
  /** Followed by `failure`: a timeout is one. */
  timeout: [error: unknown, durationMs: number];
  reject: [error: unknown];
  fallback: [error: unknown];
  stateChange: [to: CircuitState, from: CircuitState];
}

const STATE_EVENTS = { OPEN: 'open', HALF_OPEN: 'halfOpen', CLOSED: 'close' } as const;

/** Everyone whom a circuit tells of its events. None of them can change what happens to a call. */
export class CircuitListeners {
  readonly guard: ListenerGuard = new ListenerGuard();
  readonly emitter: SafeEmitter<CircuitEvents> = new SafeEmitter(this.guard);
  readonly #onEvent: ResolvedCircuitSettings['onEvent'];
  readonly #onStateChange: ResolvedCircuitSettings['onStateChange'];

  constructor(settings: ResolvedCircuitSettings) {
    this.#onEvent = settings.onEvent;
    this.#onStateChange = settings.onStateChange;
  }

  success(durationMs: number): void {
    if (this.emitter.has('success')) this.emitter.emit('success', durationMs);
    if (this.#onEvent !== undefined) this.#tell('success', { durationMs });
  }

  failure(error: unknown, durationMs: number): void {
    this.emitter.emit('failure', error, durationMs);
    this.#tell('failure', { error, durationMs });
  }

  timeout(error: unknown, durationMs: number): void {
    this.emitter.emit('timeout', error, durationMs);
    this.#tell('timeout', { error, durationMs });
  }

  reject(error: unknown): void {
    if (this.emitter.has('reject')) this.emitter.emit('reject', error);
    if (this.#onEvent !== undefined) this.#tell('reject', { error });
  }

  fallback(error: unknown): void {
    this.emitter.emit('fallback', error);
    this.#tell('fallback', { error });
  }

  transition(from: CircuitState, to: CircuitState): void {
    const event = STATE_EVENTS[to];
    this.emitter.emit('stateChange', to, from);
    if (this.#onStateChange !== undefined) this.guard.call(this.#onStateChange, from, to);
    this.emitter.emit(event);
    this.#tell(event, {});
  }

  #tell(event: CircuitEventName, detail: CircuitEventDetail): void {
    if (this.#onEvent !== undefined) this.guard.call(this.#onEvent, event, detail);
  }
}
