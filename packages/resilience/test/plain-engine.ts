import type { BreakerEngine, EngineWork } from '../src/breaker-engine.ts';
import type { CircuitState } from '../src/circuit-state.ts';

/** The engine's contract without opossum. */
export class PlainEngine implements BreakerEngine {
  state: CircuitState = 'CLOSED';

  run<R>(work: EngineWork<R>): Promise<R> {
    return work.start();
  }

  open(): void {
    this.state = 'OPEN';
  }

  halfOpen(): void {
    this.state = 'HALF_OPEN';
  }

  decide(recovered: boolean): void {
    this.state = recovered ? 'CLOSED' : 'OPEN';
  }

  close(): void {
    this.state = 'CLOSED';
  }
}
