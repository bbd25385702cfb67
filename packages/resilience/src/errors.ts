import type { FailureClass } from './failure-class.ts';

/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class ResilienceError extends Error {
  abstract readonly code: string;
}

/** The circuit refused: the function was not called. It has no stack frames, being made once per refused call. */
export class CircuitOpenError extends ResilienceError {
  override readonly name = 'CircuitOpenError';
  readonly code = 'ERR_CIRCUIT_OPEN';
  readonly failureClass: FailureClass = 'open';
  readonly circuit: string;
  /**
   * Milliseconds until the circuit lets a trial call through; 0 while other trial calls are under way; of an isolated
   * circuit its `resetTimeout`, since nobody knows when it will be closed.
   */
  readonly retryAfterMs: number;
  /** Whether the circuit was opened by `isolate()`: it stays open until `close()` or `reset()`. */
  readonly isolated: boolean;

  constructor(circuit: string, retryAfterMs: number, isolated = false) {
    super(
      isolated
        ? `The circuit "${circuit}" was isolated by hand and the call was not made. It stays open until close() or reset() is called; answer from a fallback.`
        : `The circuit "${circuit}" is open and the call was not made. Try again in ${Math.ceil(retryAfterMs)} ms, or answer from a fallback.`,
    );
    this.circuit = circuit;
    this.retryAfterMs = retryAfterMs;
    this.isolated = isolated;
  }
}

/** The call was made and did not settle in time; its signal has been aborted. */
export class CallTimeoutError extends ResilienceError {
  override readonly name = 'CallTimeoutError';
  readonly code = 'ERR_CALL_TIMEOUT';
  readonly failureClass: FailureClass = 'transient';
  readonly operation: string;
  readonly timeoutMs: number;

  constructor(operation: string, timeoutMs: number) {
    super(
      `The call "${operation}" did not settle within ${Math.round(timeoutMs)} ms and was aborted. Raise its timeout, or the request's deadline, if it needs longer.`,
    );
    this.operation = operation;
    this.timeoutMs = timeoutMs;
  }
}

/** The time given to the request or job was over before the call began: the function was not called. */
export class NoTimeLeftError extends ResilienceError {
  override readonly name = 'NoTimeLeftError';
  readonly code = 'ERR_NO_TIME_LEFT';
  readonly failureClass: FailureClass = 'overload';
  readonly operation: string;

  constructor(operation: string) {
    super(
      `No time was left to call "${operation}", so it was not called. Give the request or job a later deadline.`,
    );
    this.operation = operation;
  }
}

/** All places were taken: the function was not called. It has no stack frames, being made once per refused call. */
export class BulkheadRejectedError extends ResilienceError {
  override readonly name = 'BulkheadRejectedError';
  readonly code = 'ERR_BULKHEAD_REJECTED';
  readonly failureClass: FailureClass = 'overload';
  readonly bulkhead: string;
  /** `full`: places and queue were taken. `timeout`: no place became free in time. */
  readonly reason: 'full' | 'timeout';

  constructor(bulkhead: string, reason: 'full' | 'timeout') {
    const what = reason === 'full' ? 'is full' : 'had no free place in time';
    super(
      `The bulkhead "${bulkhead}" ${what} and the call was not made. Try later, or raise maxConcurrent or maxQueue.`,
    );
    this.bulkhead = bulkhead;
    this.reason = reason;
  }
}

/** A name is in use in the registry. */
export class CircuitNameTakenError extends ResilienceError {
  override readonly name = 'CircuitNameTakenError';
  readonly code = 'ERR_CIRCUIT_NAME_TAKEN';
  readonly circuit: string;

  constructor(circuit: string) {
    super(
      `A circuit named "${circuit}" is registered already. Use get("${circuit}"), or unregister it first.`,
    );
    this.circuit = circuit;
  }
}

/** An option that cannot be used. */
export class ResilienceOptionError extends ResilienceError {
  override readonly name = 'ResilienceOptionError';
  readonly code = 'ERR_RESILIENCE_OPTION';
  readonly option: string;

  constructor(option: string, value: unknown, range: string) {
    super(`${option} is ${describe(value)}; it must be ${range}.`);
    this.option = option;
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
