export {
  CheckTimeoutError,
  LifecycleError,
  LifecycleOptionError,
  ShutdownBegunError,
  StartupStepError,
  StepTimeoutError,
} from './errors.ts';
export { gracefulShutdown } from './graceful-shutdown.ts';
export {
  type CheckOptions,
  createHealth,
  type DetailBody,
  type Health,
  type HealthAnswer,
  type HealthOptions,
  type HealthStatus,
  type LiveBody,
  type ReadyBody,
  type StartupBody,
} from './health.ts';
export type { CheckFunction, CheckResult, CheckStatus } from './health-check.ts';
export { createLifecycle, type Lifecycle } from './lifecycle.ts';
export {
  HEALTH_DEFAULTS,
  type HealthDefaults,
  LIFECYCLE_DEFAULTS,
  type LifecycleDefaults,
  type LifecycleOptions,
  type StepOptions,
} from './options.ts';
export { createServerDrain, type ServerDrain } from './server-drain.ts';
export type { ShutdownReport } from './shutdown-run.ts';
export {
  SHUTDOWN_PHASES,
  type ShutdownPhase,
  type StepContext,
  type StepFunction,
  type StepReport,
} from './shutdown-step.ts';
export type { StartupFunction, StartupStepResult } from './warm-up.ts';
