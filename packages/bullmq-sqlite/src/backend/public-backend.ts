import type { IQueueBackend, JobJson, ParentKeyOpts } from 'bullmq';
import type { AddedJob } from '../jobs/add-job.ts';

/** What `queue.getBackend()` gives: BullMQ's backend, and what it has no member for. */
export interface SqliteQueueBackend extends IQueueBackend {
  /**
   * `addJob`, which `Queue.add` calls, with an answer that tells a new job from one that is there already; BullMQ's
   * own gives the id alone. `job` and `jobId` are as for `addJob`; '' lets the queue number the job.
   * With `deduplication.keepLastIfActive` a job that is kept for later is not yet added.
   * @throws as `addJob` does; then nothing was added
   */
  addJobIfAbsent(job: JobJson, jobId: string, parentOpts?: ParentKeyOpts): Promise<AddedJob>;
}
