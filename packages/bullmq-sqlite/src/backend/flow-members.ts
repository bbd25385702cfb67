import {
  type DependenciesOpts,
  type JobJson,
  type MoveToWaitingChildrenOpts,
  type ParentKeyOpts,
  QueueKeys,
} from 'bullmq';
import { addFlow, type FlowResult } from '../flows/add-flow.ts';
import {
  type ChildrenPage,
  countChildren,
  type Dependencies,
  ignoredFailures,
  paginateChildren,
  processedValues,
  readDependencies,
} from '../flows/flow-getters.ts';
import { detachChild, removeUnprocessedChildren } from '../flows/flow-removal.ts';
import { waitForChildren } from '../flows/wait-for-children.ts';
import { type AddedJob, addJob, addJobs, prepareJob } from '../jobs/add-job.ts';
import { removeJob } from '../jobs/remove-job.ts';
import { BackendCore } from './backend-core.ts';

/** A job of a flow as FlowProducer hands it over. */
interface FlowJob {
  jobData: JobJson;
  jobId: string;
  parentKeyOpts: ParentKeyOpts;
  prefix: string;
  queueName: string;
}

/** The members of BullMQ's backend that add jobs, alone or as flows, and that know of parents and children. */
export abstract class FlowMembers extends BackendCore {
  async addJob(job: JobJson, jobId: string, parentOpts?: ParentKeyOpts): Promise<string> {
    const prepared = prepareJob(job, jobId, parentOpts);
    return this.write((scope) => addJob(scope, prepared).jobId);
  }

  async addJobIfAbsent(job: JobJson, jobId: string, parentOpts?: ParentKeyOpts): Promise<AddedJob> {
    const prepared = prepareJob(job, jobId, parentOpts);
    return this.write((scope) => addJob(scope, prepared));
  }

  async addJobs(
    entries: { job: JobJson; jobId: string; parentKeyOpts?: ParentKeyOpts }[],
  ): Promise<string[]> {
    const prepared = entries.map(({ job, jobId, parentKeyOpts }) => prepareJob(job, jobId, parentKeyOpts));
    return this.write((scope) => addJobs(scope, prepared));
  }

  async addFlow(entries: FlowJob[]): Promise<FlowResult[]> {
    const prepared = entries.map(({ jobData, jobId, parentKeyOpts, prefix, queueName }) => ({
      queue: new QueueKeys(prefix).getQueueQualifiedName(queueName),
      job: prepareJob(jobData, jobId, parentKeyOpts),
    }));
    return this.write((scope) => addFlow(scope, prepared));
  }

  moveToWaitingChildren(
    jobId: string,
    token: string,
    { child }: MoveToWaitingChildrenOpts = {},
  ): Promise<boolean> {
    const childKey = child === undefined ? undefined : `${child.queue}:${child.id}`;
    return this.write((scope) => waitForChildren(scope, jobId, token, childKey));
  }

  remove(jobId: string, removeChildren: boolean): Promise<number> {
    return this.write((scope) => (removeJob(scope, jobId, removeChildren) ? 1 : 0));
  }

  removeUnprocessedChildren(jobId: string): Promise<void> {
    return this.write((scope) => removeUnprocessedChildren(scope, jobId));
  }

  removeChildDependency(jobId: string, parentKey: string): Promise<boolean> {
    return this.write((scope) => detachChild(scope, jobId, parentKey));
  }

  getDependencyCounts(jobId: string, types: string[]): Promise<number[]> {
    return this.read((scope) => countChildren(scope, jobId, types));
  }

  getDependencies(jobId: string, opts: DependenciesOpts = {}): Promise<Dependencies> {
    return this.read((scope) => readDependencies(scope, jobId, opts));
  }

  getProcessedChildrenValues(jobId: string): Promise<Record<string, string>> {
    return this.read((scope) => processedValues(scope, jobId));
  }

  getIgnoredChildrenFailures(jobId: string): Promise<Record<string, string>> {
    return this.read((scope) => ignoredFailures(scope, jobId));
  }

  paginate(key: string, opts: { start: number; end: number; fetchJobs?: boolean }): Promise<ChildrenPage> {
    return this.read((scope) => paginateChildren(scope, key, opts));
  }
}
