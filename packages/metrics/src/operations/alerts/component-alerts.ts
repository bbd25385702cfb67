import { STATE_VALUES } from '../../features/resilience-metrics.ts';
import type { ResolvedOperationsOptions, Severity } from '../options.ts';
import { promDuration } from '../promql.ts';
import { type AlertRule, runbookLink } from './rule.ts';

interface Spec {
  readonly alert: string;
  readonly expr: string;
  readonly forMs?: number;
  readonly severity: Severity;
  readonly summary: string;
  readonly description: string;
}

/** Causes that are worth a look of their own, each by the state that its package shows. */
export function componentAlerts(options: ResolvedOperationsOptions): readonly AlertRule[] {
  const specs = [
    circuitOpen(options),
    deadLettersGrowing(options),
    queueLag(options),
    spoolNotDraining(options),
    eventLoopLag(options),
    serviceGone(options),
  ];
  return specs.map((spec) => toRule(spec, options.runbookUrl));
}

function toRule(
  { alert, expr, forMs = 0, severity, summary, description }: Spec,
  runbookUrl: string,
): AlertRule {
  return {
    alert,
    expr,
    ...(forMs > 0 && { for: promDuration(forMs) }),
    labels: { severity },
    annotations: { summary, description, runbook_url: runbookLink(runbookUrl, alert) },
  };
}

/** Half-open counts too: a circuit whose trials fail goes back and forth, and would never be open for long at a time. */
function circuitOpen({ stateEncoding, circuitOpenForMs }: ResolvedOperationsOptions): Spec {
  const { HALF_OPEN, OPEN } = STATE_VALUES[stateEncoding];
  return {
    alert: 'CircuitOpen',
    expr: `max by (service, circuit_name) (circuit_breaker_state) >= ${HALF_OPEN}`,
    forMs: circuitOpenForMs,
    severity: 'page',
    summary: '{{ $labels.service }}: the circuit {{ $labels.circuit_name }} is not closed',
    description: `Calls through it are refused. Its state is {{ $value }} (${OPEN} open, ${HALF_OPEN} half-open) and has not been 0 for ${promDuration(Math.max(1, circuitOpenForMs))}.`,
  };
}

/** The gauge is the store's count, so it sees every way to die and every process, and a restart is no growth. */
function deadLettersGrowing({ deadLettersWindowMs }: ResolvedOperationsOptions): Spec {
  const window = promDuration(deadLettersWindowMs);
  const now = 'max by (service, queue) (dead_letters)';
  return {
    alert: 'DeadLettersGrowing',
    expr: `${now} - min by (service, queue) (min_over_time(dead_letters[${window}])) > 0`,
    severity: 'ticket',
    summary: '{{ $labels.service }}: jobs of {{ $labels.queue }} die',
    description: `{{ $value }} more than there were within the last ${window}. They wait for somebody to redrive or discard them.`,
  };
}

function queueLag({ queueLagMs, queueLagForMs }: ResolvedOperationsOptions): Spec {
  return {
    alert: 'QueueLag',
    expr: `max by (service, queue) (queue_oldest_job_age_ms) > ${queueLagMs}`,
    forMs: queueLagForMs,
    severity: 'page',
    summary: '{{ $labels.service }}: {{ $labels.queue }} falls behind',
    description: `The oldest job that is due has waited for {{ $value }} ms; ${queueLagMs} ms are allowed.`,
  };
}

function spoolNotDraining({ spoolWindowMs }: ResolvedOperationsOptions): Spec {
  const window = promDuration(spoolWindowMs);
  const least = `sum by (service, queue) (min_over_time(queue_spool_jobs[${window}]))`;
  const spooled = 'sum by (service, queue) (queue_spool_jobs';
  return {
    alert: 'SpoolNotDraining',
    expr: `${spooled}) >= ${spooled} offset ${window})\nand\n${least} > 0`,
    severity: 'page',
    summary: '{{ $labels.service }}: {{ $labels.queue }} keeps jobs that it cannot hand over',
    description: `{{ $value }} jobs are in local files, no fewer than ${window} ago: the queue's server does not take them.`,
  };
}

function eventLoopLag({ eventLoopLagMs, eventLoopLagForMs }: ResolvedOperationsOptions): Spec {
  return {
    alert: 'EventLoopLag',
    expr: `process_event_loop_lag_ms > ${eventLoopLagMs}`,
    forMs: eventLoopLagForMs,
    severity: 'ticket',
    summary: '{{ $labels.instance }}: the event loop is held up',
    description: `Something held it for {{ $value }} ms at a time; ${eventLoopLagMs} ms are allowed. Everything that the process does waits for that long.`,
  };
}

/** Every other alert is silent about a service that is not scraped. */
function serviceGone({ goneAfterMs, goneMemoryMs }: ResolvedOperationsOptions): Spec {
  const heard = (ms: number) =>
    `count by (service) (last_over_time(http_connections_active[${promDuration(ms)}]))`;
  return {
    alert: 'ServiceGone',
    expr: `${heard(goneMemoryMs)}\nunless\n${heard(goneAfterMs)}`,
    severity: 'page',
    summary: '{{ $labels.service }}: nothing is heard of it',
    description: `No instance has been scraped for ${promDuration(goneAfterMs)}. No other alert can tell about it meanwhile.`,
  };
}
