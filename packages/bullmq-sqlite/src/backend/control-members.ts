import type { JobsOptions } from 'bullmq';
import { findKey, removeKey, removeKeyOf } from '../deduplication/deduplication-keys.ts';
import { requireWellFormed } from '../jobs/job-id.ts';
import { metricKind } from '../queue/queue-metrics.ts';
import { liftLimit, limitNow, rateLimitTtl } from '../queue/rate-limit.ts';
import { advanceScheduler, removeScheduler, upsertScheduler } from '../schedulers/job-scheduler.ts';
import {
  countSchedulers,
  findScheduler,
  listSchedulers,
  type Schedule,
  type SchedulerFields,
} from '../schedulers/scheduler-store.ts';
import { FlowMembers } from './flow-members.ts';

/** The members of BullMQ's backend around the jobs: schedulers, deduplication keys, rate limits, metrics and clients. */
export abstract class ControlMembers extends FlowMembers {
  async addJobScheduler(
    id: string,
    next: number,
    templateData: string,
    templateOpts: JobsOptions,
    schedule: object,
    jobOpts: JobsOptions,
  ): Promise<[string, number]> {
    requireWellFormed('scheduler id', id);
    const request = { id, next, templateData, templateOpts, schedule: schedule as Schedule, jobOpts };
    return this.write((scope) => upsertScheduler(scope, request));
  }

  /** The template stays as it was stored: `_templateData` is the job's, and may be older. */
  updateJobSchedulerNextMillis(
    id: string,
    next: number,
    _templateData: string,
    jobOpts: JobsOptions,
    producerId?: string,
  ): Promise<string | null> {
    return this.write((scope) => advanceScheduler(scope, id, next, jobOpts, producerId));
  }

  /** 0 when it was there, 1 when it was not. */
  removeJobScheduler(id: string): Promise<number> {
    return this.write((scope) => (removeScheduler(scope, id) ? 0 : 1));
  }

  getJobScheduler(id: string): Promise<[string[] | null, string | null]> {
    return this.read((scope) => {
      const scheduler = findScheduler(scope, id);
      return scheduler === undefined
        ? [null, null]
        : [Object.entries(scheduler.fields).flat(), String(scheduler.next)];
    });
  }

  isJobScheduler(id: string): Promise<boolean> {
    return this.read((scope) => findScheduler(scope, id) !== undefined);
  }

  getJobSchedulerData(id: string): Promise<SchedulerFields> {
    return this.read((scope) => findScheduler(scope, id)?.fields ?? {});
  }

  getJobSchedulersRange(start: number, end: number, asc: boolean): Promise<string[]> {
    return this.read((scope) => listSchedulers(scope, start, end, asc));
  }

  getJobSchedulersCount(): Promise<number> {
    return this.read(countSchedulers);
  }

  removeDeduplicationKey(deduplicationId: string, jobId: string): Promise<number> {
    return this.write((scope) => (removeKeyOf(scope, deduplicationId, jobId) ? 1 : 0));
  }

  deleteDeduplicationKey(deduplicationId: string): Promise<number> {
    return this.write((scope) => (removeKey(scope, deduplicationId) ? 1 : 0));
  }

  getDeduplicationJobId(deduplicationId: string): Promise<string | null> {
    return this.read((scope) => findKey(scope, deduplicationId)?.job ?? null);
  }

  /** Ms, of the limit of `maxJobs` or of the queue's own; -2 when there is none at all, as in Redis. */
  getRateLimitTtl(maxJobs?: number): Promise<number> {
    return this.read((scope) => rateLimitTtl(scope, maxJobs === 0 ? undefined : maxJobs));
  }

  setRateLimit(expireTimeMs: number): Promise<void> {
    return this.write((scope) => limitNow(scope, expireTimeMs));
  }

  removeRateLimitKey(): Promise<number> {
    return this.write((scope) => (liftLimit(scope) ? 1 : 0));
  }

  getMetrics(
    type: 'completed' | 'failed',
    start = 0,
    end = -1,
  ): Promise<[meta: string[], points: string[], count: number]> {
    return this.read(({ record }) => record.metrics.page(metricKind(type), start, end));
  }

  /** One list, of a `name=…` line for each worker and event reader on the file. */
  getClientList(): Promise<string[]> {
    return this.read(({ expiryNow }) => [
      this.database.clients
        .names(expiryNow)
        .map((name) => `name=${name}`)
        .join('\n'),
    ]);
  }
}
