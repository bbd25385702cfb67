import { type Difference, groupsOf, having, sumOf } from './difference.ts';
import type { Exposition, Sample } from './exposition.ts';
import { quantileOf } from './quantile.ts';

export interface Latencies {
  /** Undefined where nothing was measured between the two looks. */
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

export interface RequestFigures extends Latencies {
  readonly perSecond: number;
  /** Part that ended in a 5xx; undefined without requests. */
  readonly failedRatio: number | undefined;
}

export interface RouteFigures extends RequestFigures {
  readonly method: string;
  readonly route: string;
}

export interface CircuitFigures {
  readonly circuit: string;
  readonly state: 'closed' | 'half-open' | 'open';
  readonly callsPerSecond: number;
  readonly failuresPerSecond: number;
  readonly rejectedPerSecond: number;
}

export interface QueueFigures extends Latencies {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly oldestJobAgeMs: number;
  readonly deadLetters: number;
  readonly spooled: number;
  readonly donePerSecond: number;
}

export interface CacheFigures {
  readonly cache: string;
  readonly perSecond: number;
  readonly hitRatio: number | undefined;
  readonly keys: number;
  readonly sizeBytes: number;
}

export interface ProcessFigures {
  /** Cores in use. */
  readonly cpu: number | undefined;
  readonly rssBytes: number | undefined;
  readonly heapUsedBytes: number | undefined;
  readonly eventLoopLagMs: number | undefined;
  readonly upSeconds: number | undefined;
}

/** What one look shows. */
export interface TopReport {
  readonly service: string;
  readonly requests: RequestFigures & { readonly inProgress: number };
  /** The busiest first. */
  readonly routes: readonly RouteFigures[];
  readonly circuits: readonly CircuitFigures[];
  readonly queues: readonly QueueFigures[];
  readonly caches: readonly CacheFigures[];
  readonly process: ProcessFigures;
}

/** @param wallTime epoch ms */
export function reportOf(difference: Difference, wallTime: number): TopReport {
  const { now } = difference;
  const requests = difference.grown('http_requests_total');
  const durations = durationsOf(difference, 'http_request_duration');
  return {
    service: now('http_connections_active')[0]?.labels['service'] ?? 'unknown service',
    requests: {
      ...requestFigures(requests, durations, difference.seconds),
      inProgress: sumOf(now('http_connections_active')),
    },
    routes: routesOf(requests, durations, difference.seconds),
    circuits: circuitsOf(difference),
    queues: queuesOf(difference),
    caches: cachesOf(difference),
    process: processOf(difference, wallTime),
  };
}

/** Buckets of a duration histogram, in ms whatever unit the service shows. */
function durationsOf({ grown }: Difference, base: string): readonly Sample[] {
  const inMs = grown(`${base}_ms_bucket`);
  if (inMs.length > 0) return inMs;
  return grown(`${base}_seconds_bucket`).map(({ labels, value }) => {
    const le = labels['le'] ?? '';
    return { labels: { ...labels, le: le === '+Inf' ? le : String(Number(le) * 1000) }, value };
  });
}

function latenciesOf(buckets: readonly Sample[]): Latencies {
  return {
    p50Ms: quantileOf(0.5, buckets),
    p95Ms: quantileOf(0.95, buckets),
    p99Ms: quantileOf(0.99, buckets),
  };
}

function requestFigures(
  requests: readonly Sample[],
  buckets: readonly Sample[],
  seconds: number,
): RequestFigures {
  const total = sumOf(requests);
  const failed = sumOf(requests.filter(({ labels }) => labels['status_code']?.startsWith('5')));
  return {
    perSecond: total / seconds,
    failedRatio: total > 0 ? failed / total : undefined,
    ...latenciesOf(buckets),
  };
}

function routesOf(
  requests: readonly Sample[],
  buckets: readonly Sample[],
  seconds: number,
): readonly RouteFigures[] {
  return groupsOf(requests, ['method', 'route'])
    .map((group) => ({
      method: group['method'] ?? '',
      route: group['route'] ?? '',
      ...requestFigures(having(requests, group), having(buckets, group), seconds),
    }))
    .sort((a, b) => b.perSecond - a.perSecond);
}

function circuitsOf({ now, grown, help, seconds }: Difference): readonly CircuitFigures[] {
  const states = now('circuit_breaker_state');
  const calls = grown('circuit_breaker_calls_total');
  // 1 is open in one encoding and half-open in the other; the help text says which it is.
  const open = help('circuit_breaker_state').includes('2 open') ? 2 : 1;
  return groupsOf(states, ['circuit_name']).map((group) => {
    const ofCircuit = having(calls, group);
    const perSecond = (outcome: string) => sumOf(having(ofCircuit, { outcome })) / seconds;
    return {
      circuit: group['circuit_name'] ?? '',
      state: stateOf(Math.max(...having(states, group).map(({ value }) => value)), open),
      callsPerSecond: sumOf(ofCircuit) / seconds,
      failuresPerSecond: perSecond('failure') + perSecond('timeout'),
      rejectedPerSecond: perSecond('rejected'),
    };
  });
}

function stateOf(value: number, open: number): CircuitFigures['state'] {
  if (value === 0) return 'closed';
  return value >= open ? 'open' : 'half-open';
}

function queuesOf(difference: Difference): readonly QueueFigures[] {
  const { now, grown, seconds } = difference;
  const depth = now('queue_depth');
  const spool = now('queue_spool_jobs');
  const durations = durationsOf(difference, 'queue_job_duration');
  return groupsOf([...depth, ...spool], ['queue']).map((group) => {
    const inState = (state: string) => sumOf(having(depth, { ...group, state }));
    const gauge = (name: string) => sumOf(having(now(name), group));
    return {
      queue: group['queue'] ?? '',
      waiting: inState('waiting') + inState('prioritized'),
      active: inState('active'),
      delayed: inState('delayed'),
      oldestJobAgeMs: gauge('queue_oldest_job_age_ms'),
      deadLetters: gauge('dead_letters'),
      spooled: sumOf(having(spool, group)),
      donePerSecond: sumOf(having(grown('queue_jobs_total'), { ...group, outcome: 'completed' })) / seconds,
      ...latenciesOf(having(durations, group)),
    };
  });
}

function cachesOf({ now, grown, seconds }: Difference): readonly CacheFigures[] {
  const requests = grown('cache_requests_total');
  return groupsOf([...requests, ...now('cache_keys')], ['cache']).map((group) => {
    const ofCache = having(requests, group);
    const count = (outcome: string) => sumOf(having(ofCache, { outcome }));
    const asked = sumOf(ofCache) - count('bypass');
    return {
      cache: group['cache'] ?? '',
      perSecond: sumOf(ofCache) / seconds,
      hitRatio: asked > 0 ? (count('hit') + count('stale')) / asked : undefined,
      keys: sumOf(having(now('cache_keys'), group)),
      sizeBytes: sumOf(having(now('cache_size_bytes'), group)),
    };
  });
}

function processOf({ now, grown, seconds }: Difference, wallTime: number): ProcessFigures {
  const value = (name: string) => now(name)[0]?.value;
  const startedAt = value('process_start_time_seconds');
  const cpu = grown('process_cpu_seconds_total')[0]?.value;
  return {
    cpu: cpu === undefined ? undefined : cpu / seconds,
    rssBytes: value('process_memory_rss_bytes'),
    heapUsedBytes: value('process_memory_heap_used_bytes'),
    eventLoopLagMs: value('process_event_loop_lag_ms'),
    upSeconds: startedAt === undefined ? undefined : Math.max(0, wallTime / 1000 - startedAt),
  };
}

/** When the process behind a scrape began, to tell that another one answers now. */
export function startOf(exposition: Exposition): number | undefined {
  return exposition.samples.get('process_start_time_seconds')?.[0]?.value;
}
