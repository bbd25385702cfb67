import type { OperationsOptions } from '@holdfast/metrics/operations';

/** How often Prometheus scrapes here; longer than a scrape may take while the queue's server is away. */
export const SCRAPE_SECONDS = 3;

/** The shipped rules with windows of seconds: the same generator, so the same expressions. `promtool` tests the long ones. */
export const SHORT_WINDOWS: OperationsOptions = {
  availabilityRatio: 0.99,
  latencyRatio: 0.95,
  latencyMs: 1000,
  burnWindows: [
    { longMs: 24_000, shortMs: 9_000, burnRate: 4, severity: 'page' },
    { longMs: 36_000, shortMs: 12_000, burnRate: 2, severity: 'page' },
  ],
  circuitOpenForMs: 6_000,
  deadLettersWindowMs: 30_000,
  queueLagMs: 4_000,
  queueLagForMs: 6_000,
  spoolWindowMs: 9_000,
  // Above what a busy machine does to a process now and then.
  eventLoopLagMs: 400,
  eventLoopLagForMs: 9_000,
  goneAfterMs: 12_000,
  goneMemoryMs: 600_000,
};
