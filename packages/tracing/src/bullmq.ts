export {
  BULLMQ_TELEMETRY_DEFAULTS,
  type BullmqTelemetryOptions,
  bullmqTelemetry,
} from './bullmq/telemetry.ts';
