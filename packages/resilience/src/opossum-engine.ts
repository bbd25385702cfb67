import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type Opossum from 'opossum';
import type { BreakerEngine, EngineWork } from './breaker-engine.ts';
import type { CircuitState } from './circuit-state.ts';

/** Loaded with the first breaker. */
let engine: typeof Opossum | undefined;

/** opossum keeps the latency of every call until its bucket is rotated, which here happens every so many calls. */
const CALLS_PER_BUCKET = 1024;

/**
 * The engine on opossum. Its own limits, tripping, percentiles, snapshots and timers are off. Each recovery has an
 * instance of its own, so that a call which began before it cannot be counted in it; a retired instance is shut down
 * and only settles the calls still under way.
 */
export class OpossumEngine implements BreakerEngine {
  readonly #name: string;
  readonly #rotation = new EventEmitter();
  #instance: Opossum<[EngineWork<unknown>], unknown>;
  #calls = 0;

  constructor(name: string) {
    this.#name = name;
    this.#instance = this.#create(false);
  }

  get state(): CircuitState {
    if (this.#instance.closed) return 'CLOSED';
    return this.#instance.halfOpen ? 'HALF_OPEN' : 'OPEN';
  }

  run<R>(work: EngineWork<R>): Promise<R> {
    this.#calls += 1;
    if (this.#calls % CALLS_PER_BUCKET === 0) this.#rotation.emit('rotate');
    return this.#instance.fire(work) as Promise<R>;
  }

  open(): void {
    this.#instance.open();
    // The open time is ours: this ends opossum's timer, and with it the instance.
    this.#instance.shutdown();
  }

  halfOpen(): void {
    this.#replace(true);
  }

  decide(recovered: boolean): void {
    // opossum would hear of a trial's promise some microtasks late and refuse who calls right after it.
    if (recovered) this.#instance.close();
    else this.open();
  }

  close(): void {
    this.#replace(false);
  }

  #replace(halfOpen: boolean): void {
    this.#instance.shutdown();
    this.#instance = this.#create(halfOpen);
  }

  #create(halfOpen: boolean): Opossum<[EngineWork<unknown>], unknown> {
    engine ??= createRequire(import.meta.url)('opossum') as typeof Opossum;
    return new engine(startWork, {
      name: this.#name,
      timeout: false,
      errorFilter: excuseEveryError,
      enableSnapshots: false,
      rollingPercentilesEnabled: false,
      rollingCountBuckets: 1,
      rotateBucketController: this.#rotation,
      state: { enabled: true, closed: !halfOpen, halfOpen, warmUp: false, shutdown: false },
    });
  }
}

function startWork(work: EngineWork<unknown>): Promise<unknown> {
  return work.start();
}

/** Failures are judged outside; an excused one is neither counted by opossum nor makes it read its statistics. */
function excuseEveryError(): true {
  return true;
}
