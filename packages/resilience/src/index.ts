export { type Bulkhead, type BulkheadCallOptions, type BulkheadStats, createBulkhead } from './bulkhead.ts';
export type { BulkheadOptions } from './bulkhead-options.ts';
export type {
  AttemptOperation,
  BulkheadRejected,
  BulkheadSnapshot,
  CallOutcome,
  CircuitCall,
  CircuitSnapshot,
  CircuitTransition,
  RetryFact,
  TransitionReason,
} from './channels.ts';
export {
  CircuitBreaker,
  type CircuitBreakerConstructor,
  type CircuitBreakerControl,
  createCircuitBreaker,
  type FunctionCircuitBreaker,
  type OperationCircuitBreaker,
} from './circuit-breaker.ts';
export type { CircuitEvents } from './circuit-listeners.ts';
export type {
  CircuitBreakerOptions,
  CircuitBreakerSettings,
  CircuitEventDetail,
  CircuitEventName,
} from './circuit-options.ts';
export { type CircuitMode, CircuitState, type PrometheusState } from './circuit-state.ts';
export type { CircuitMetrics, CircuitStats } from './circuit-statistics.ts';
export {
  BulkheadRejectedError,
  CallTimeoutError,
  CircuitNameTakenError,
  CircuitOpenError,
  NoTimeLeftError,
  ResilienceError,
  ResilienceOptionError,
} from './errors.ts';
export { classifyFailure, type FailureClass } from './failure-class.ts';
export { withFallback } from './fallback.ts';
export { RESILIENCE_DEFAULTS } from './options.ts';
export {
  type CircuitPreset,
  CRITICAL_API_CONFIG,
  DATABASE_CONFIG,
  EMAIL_CONFIG,
  EXTERNAL_API_CONFIG,
  PAYMENT_API_CONFIG,
  REDIS_CONFIG,
  SMS_CONFIG,
  STORAGE_CONFIG,
  VIRUS_SCAN_CONFIG,
  WEBHOOK_DELIVERY_CONFIG,
} from './presets.ts';
export {
  type CircuitBreakerRegistry,
  circuitBreakerRegistry,
  createCircuitBreakerRegistry,
} from './registry.ts';
export {
  createResilientFunction,
  type ResilientFunction,
  type ResilientFunctionOptions,
  type ResilientFunctionStats,
} from './resilient-function.ts';
export { type RetryHandle, retryWithBackoff } from './retry.ts';
export { retryAfterMs } from './retry-after.ts';
export {
  createRetryBudget,
  type RetryBudget,
  type RetryBudgetOptions,
  type RetryBudgetStats,
} from './retry-budget.ts';
export type { RetryOptions } from './retry-options.ts';
export type { RetryStats } from './retry-policy.ts';
export { type TimeoutHandle, type TimeoutOptions, withTimeout } from './timeout.ts';
