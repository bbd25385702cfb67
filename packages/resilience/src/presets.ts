import type { CircuitBreakerSettings } from './circuit-options.ts';

/** Settings for a kind of dependency. Spread one and add a name: `{ ...PAYMENT_API_CONFIG, name: 'stripe' }`. */
export type CircuitPreset = Readonly<
  Pick<
    CircuitBreakerSettings,
    | 'timeout'
    | 'errorThresholdPercentage'
    | 'failureThreshold'
    | 'successThreshold'
    | 'resetTimeout'
    | 'volumeThreshold'
    | 'windowSize'
  >
>;

/** Payments: long calls, half of them may fail, tried again after half a minute. */
export const PAYMENT_API_CONFIG: CircuitPreset = Object.freeze({
  timeout: 15_000,
  errorThresholdPercentage: 50,
  resetTimeout: 30_000,
  volumeThreshold: 5,
});

/** Webhooks of others: short calls to many hosts, failures are common. */
export const WEBHOOK_DELIVERY_CONFIG: CircuitPreset = Object.freeze({
  timeout: 5_000,
  errorThresholdPercentage: 75,
  resetTimeout: 15_000,
});

/** What must not be hammered: opens at a quarter of failures. */
export const CRITICAL_API_CONFIG: CircuitPreset = Object.freeze({
  timeout: 30_000,
  errorThresholdPercentage: 25,
  volumeThreshold: 3,
});

/** Sending mail over SMTP or an API. */
export const EMAIL_CONFIG: CircuitPreset = Object.freeze({
  failureThreshold: 5,
  successThreshold: 2,
  resetTimeout: 60_000,
  windowSize: 60_000,
  volumeThreshold: 10,
});

/** Uploads to object storage: long calls. */
export const STORAGE_CONFIG: CircuitPreset = Object.freeze({
  timeout: 60_000,
  failureThreshold: 5,
  successThreshold: 2,
  resetTimeout: 60_000,
  windowSize: 120_000,
  volumeThreshold: 10,
});

/** Text messages: each call costs money, so trials are few. */
export const SMS_CONFIG: CircuitPreset = Object.freeze({
  timeout: 10_000,
  failureThreshold: 5,
  successThreshold: 2,
  resetTimeout: 120_000,
  windowSize: 60_000,
  volumeThreshold: 5,
});

/** An external virus scanner: slow by nature, and work waits for it. */
export const VIRUS_SCAN_CONFIG: CircuitPreset = Object.freeze({
  timeout: 60_000,
  failureThreshold: 3,
  successThreshold: 1,
  resetTimeout: 60_000,
  windowSize: 120_000,
  volumeThreshold: 3,
});

/** Redis: answers in a millisecond or not at all, and is back within seconds. */
export const REDIS_CONFIG: CircuitPreset = Object.freeze({
  timeout: 1_000,
  failureThreshold: 5,
  successThreshold: 2,
  resetTimeout: 5_000,
  windowSize: 10_000,
  volumeThreshold: 10,
});

/** An API of somebody else: be lenient. */
export const EXTERNAL_API_CONFIG: CircuitPreset = Object.freeze({
  failureThreshold: 10,
  errorThresholdPercentage: 70,
  resetTimeout: 120_000,
});

/** A database: be strict. */
export const DATABASE_CONFIG: CircuitPreset = Object.freeze({
  failureThreshold: 3,
  errorThresholdPercentage: 30,
  resetTimeout: 30_000,
});
