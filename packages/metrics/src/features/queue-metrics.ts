import type { JobSettled, QueueSnapshot, SpoolSnapshot } from '@holdfast/queue';
import { UNIT_OF_MS } from '../families/family-set.ts';
import { type Feature, type FeatureContext, snapshotsOf } from './feature.ts';
import { exemplifyJobs } from './job-exemplars.ts';

export function createQueueMetrics(context: FeatureContext): Feature {
  const { families, service, durationUnit: unit, durationBucketsMs: boundsMs, subscribe } = context;
  const labelNames = ['queue'];
  const pulled = (name: string, help: string, more: readonly string[] = []) =>
    families.gauge({ name, help, labelNames: [...labelNames, ...more], service, pulled: true });
  const depth = pulled('queue_depth', 'Jobs in the queue by state.', ['state']);
  const oldest = pulled('queue_oldest_job_age_ms', 'Age of the oldest job that is due and waits.');
  const deadLetters = pulled('dead_letters', 'Jobs that failed for good and wait for somebody.');
  const spool = pulled('queue_spool_jobs', 'Jobs that this process keeps until the server is back.');
  const jobs = families.counter({
    name: 'queue_jobs_total',
    help: 'Attempts at jobs by outcome: completed, retried, dead, parked, returned.',
    labelNames: ['queue', 'outcome'],
    service,
    pulled: true,
  });
  const duration = (name: string, help: string) =>
    families.duration({ name, help, labelNames, service, unit, boundsMs });
  const durations = duration('queue_job_duration', 'How long one attempt at a job ran.');
  const waits = duration('queue_job_wait', 'From the enqueue of a job to the start of the attempt.');
  const scale = UNIT_OF_MS[unit];
  exemplifyJobs(context, (queue, durationMs, span, at) => {
    durations.at([queue]).exemplify(durationMs * scale, span, at);
  });
  subscribe<JobSettled>('holdfast:queue:settled', (fact) => {
    jobs.at([fact.queue, fact.outcome]).value += 1;
    durations.at([fact.queue]).observe(fact.durationMs * scale);
    waits.at([fact.queue]).observe(fact.waitMs * scale);
  });
  return {
    apply(states) {
      for (const gauge of [depth, oldest, deadLetters, spool]) gauge.clear();
      // Each object keeps its own, and tells it also while the server is away.
      for (const { queue, jobs: kept } of snapshotsOf<SpoolSnapshot>(states, 'queue.spool')) {
        spool.at([queue]).value += kept;
      }
      // Two objects on one queue see the same queue: the later answer stands.
      for (const snapshot of snapshotsOf<QueueSnapshot>(states, 'queue.depth')) {
        for (const [state, count] of Object.entries(snapshot.counts))
          depth.at([snapshot.queue, state]).value = count;
        oldest.at([snapshot.queue]).value = snapshot.oldestJobAgeMs;
        deadLetters.at([snapshot.queue]).value = snapshot.deadLetters;
        jobs.at([snapshot.queue, 'dead']);
      }
    },
  };
}
