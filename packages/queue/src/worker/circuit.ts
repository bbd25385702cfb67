import { subscribeSafely } from '@holdfast/context/channels';
import { type CircuitTransition, circuitBreakerRegistry } from '@holdfast/resilience';
import { QueueOptionError } from '../errors.ts';

/** A circuit breaker, by what is used of it; one of `@holdfast/resilience` or another. */
export interface Circuit {
  /** `OPEN`, `HALF_OPEN` or `CLOSED`, in any case. */
  readonly state: string;
  on(event: 'stateChange', listener: () => void): unknown;
  off?(event: 'stateChange', listener: () => void): unknown;
}

/** @throws QueueOptionError */
export function resolveCircuit(circuit: Circuit | string | undefined): Circuit | undefined {
  if (circuit === undefined) return undefined;
  if (typeof circuit === 'string' && circuit !== '') return circuitByName(circuit);
  if (typeof circuit === 'object' && circuit !== null && typeof circuit.on === 'function') return circuit;
  if (typeof circuit === 'function' && 'on' in (circuit as object)) return circuit;
  throw new QueueOptionError(
    'circuit',
    'must be a circuit breaker, with state and on(), or the name of one.',
  );
}

/** What `@holdfast/resilience` tells of a circuit, which may be made later than the queue. */
function circuitByName(name: string): Circuit {
  const stops = new Map<() => void, () => void>();
  let told: string | undefined;
  return {
    get state() {
      return circuitBreakerRegistry.get(name)?.state ?? told ?? 'CLOSED';
    },
    on: (_event, listener) => {
      const stop = subscribeSafely<CircuitTransition>('holdfast:resilience:transition', (transition) => {
        if (transition.name !== name) return;
        told = transition.to;
        listener();
      });
      stops.set(listener, stop);
    },
    off: (_event, listener) => {
      stops.get(listener)?.();
      stops.delete(listener);
    },
  };
}
