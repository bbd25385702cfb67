import {
  type CircuitBreakerControl,
  createCircuitBreaker,
  type FunctionCircuitBreaker,
} from './circuit-breaker.ts';
import type { CircuitBreakerOptions } from './circuit-options.ts';
import type { CircuitMode } from './circuit-state.ts';
import type { CircuitStats } from './circuit-statistics.ts';
import { CircuitNameTakenError } from './errors.ts';

/** Circuits found by name. It holds them until they are unregistered. */
export interface CircuitBreakerRegistry {
  /**
   * Makes a circuit breaker around `fn` and keeps it.
   * @throws CircuitNameTakenError when the name is in use
   */
  register<Args extends unknown[], R, F = never>(
    name: string,
    fn: (...args: Args) => R | PromiseLike<R>,
    options?: Omit<CircuitBreakerOptions<Args, F>, 'name'>,
  ): FunctionCircuitBreaker<Args, R | F>;
  /**
   * Keeps a breaker that was made elsewhere, under its own name.
   * @throws CircuitNameTakenError when another has the name
   */
  add<B extends CircuitBreakerControl>(breaker: B): B;
  /** The breaker of that name. What it takes and returns is the caller's to know. */
  get<Args extends unknown[] = unknown[], R = unknown>(
    name: string,
  ): FunctionCircuitBreaker<Args, R> | undefined;
  /** @returns false where no circuit has that name */
  unregister(name: string): boolean;
  /** By the name of the circuit. */
  getAllStats(): Record<string, CircuitStats>;
  /** Changes the mode of every circuit, or of the one named; false when there is none of that name. */
  setMode(mode: CircuitMode, name?: string): boolean;
}

/** A registry of its own, for tests or for a part of an application. */
export function createCircuitBreakerRegistry(): CircuitBreakerRegistry {
  const breakers = new Map<string, CircuitBreakerControl>();
  const keep = <B extends CircuitBreakerControl>(breaker: B): B => {
    const holder = breakers.get(breaker.name);
    if (holder !== undefined && holder !== breaker) throw new CircuitNameTakenError(breaker.name);
    breakers.set(breaker.name, breaker);
    return breaker;
  };
  return {
    register(name, fn, options) {
      return keep(createCircuitBreaker(fn, { ...options, name }));
    },
    add: keep,
    get<Args extends unknown[], R>(name: string) {
      return breakers.get(name) as FunctionCircuitBreaker<Args, R> | undefined;
    },
    unregister: (name) => breakers.delete(name),
    getAllStats() {
      return Object.fromEntries([...breakers].map(([name, breaker]) => [name, breaker.getStats()]));
    },
    setMode(mode, name) {
      const chosen = [...breakers.values()].filter((breaker) => name === undefined || breaker.name === name);
      for (const breaker of chosen) breaker.setMode(mode);
      return name === undefined || chosen.length > 0;
    },
  };
}

/** The registry of the process. */
export const circuitBreakerRegistry: CircuitBreakerRegistry = createCircuitBreakerRegistry();
