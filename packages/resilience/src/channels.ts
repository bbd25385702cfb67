/** What this package tells of its work; the payloads are what tracing, metrics and logging subscribe to. */
import { type Channel, channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { CircuitState, PrometheusState } from './circuit-state.ts';
import type { CircuitMetrics } from './circuit-statistics.ts';
import type { FailureClass } from './failure-class.ts';

/** `threshold`: too many calls failed. `slow-calls`: too many were slow. */
export type TransitionReason =
  | 'threshold'
  | 'slow-calls'
  | 'probe-failed'
  | 'recovered'
  | 'reset-timeout'
  | 'manual';

/** `holdfast:resilience:transition` */
export interface CircuitTransition {
  readonly name: string;
  readonly from: CircuitState;
  readonly to: CircuitState;
  /** Epoch ms. */
  readonly at: number;
  readonly reason: TransitionReason;
}

/** How a call ended: `rejected` was not made, `ignored` failed in a way that says nothing about the dependency. */
export type CallOutcome = 'success' | 'failure' | 'timeout' | 'rejected' | 'ignored' | 'fallback';

/** `holdfast:resilience:call` */
export interface CircuitCall {
  readonly name: string;
  readonly outcome: CallOutcome;
  /** From the start of the function, 0 where it was not called. */
  readonly durationMs: number;
  readonly error?: unknown;
}

/** `holdfast:resilience:retry` */
export interface RetryFact {
  readonly name: string;
  /** The attempt that has just ended, from 1. */
  readonly attempt: number;
  readonly outcome: 'retried' | 'succeeded' | 'gave-up';
  /** How long the next attempt waits. */
  readonly delayMs?: number;
  readonly failureClass?: FailureClass;
}

/** `holdfast:resilience:bulkhead-rejected` */
export interface BulkheadRejected {
  readonly name: string;
}

/** Tracing channel `holdfast:resilience:attempt`: one call of the user's function. */
export interface AttemptOperation {
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
}

/** Collect kind `resilience.circuit`. */
export interface CircuitSnapshot extends CircuitMetrics {
  readonly name: string;
  readonly state: CircuitState;
  readonly prometheusState: PrometheusState;
}

/** Collect kind `resilience.bulkhead`. */
export interface BulkheadSnapshot {
  readonly name: string;
  readonly active: number;
  readonly queued: number;
  readonly maxConcurrent: number;
}

export const transitionChannel: Channel = channel('holdfast:resilience:transition');
export const callChannel: Channel = channel('holdfast:resilience:call');
export const retryChannel: Channel = channel('holdfast:resilience:retry');
export const bulkheadRejectedChannel: Channel = channel('holdfast:resilience:bulkhead-rejected');
export const attemptChannel: TracingChannel<object> = tracingChannel('holdfast:resilience:attempt');
