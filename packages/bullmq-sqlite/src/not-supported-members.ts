import { BackendCore } from './backend-core.ts';
import { NotSupportedYetError } from './errors.ts';

/** The members of BullMQ's backend interface that are not there yet: each refuses, and names itself. */
export abstract class NotSupportedMembers extends BackendCore {
  addFlow(): Promise<never> {
    return refuse('FlowProducer.add (addFlow)');
  }
  moveToWaitingChildren(): Promise<never> {
    return refuse('Job.moveToWaitingChildren');
  }
  removeUnprocessedChildren(): Promise<never> {
    return refuse('Job.removeUnprocessedChildren');
  }
  removeChildDependency(): Promise<never> {
    return refuse('Job.removeChildDependency');
  }
  getDependencyCounts(): Promise<never> {
    return refuse('Job.getDependenciesCount (getDependencyCounts)');
  }
  getDependencies(): Promise<never> {
    return refuse('Job.getDependencies');
  }
  getProcessedChildrenValues(): Promise<never> {
    return refuse('Job.getChildrenValues (getProcessedChildrenValues)');
  }
  getIgnoredChildrenFailures(): Promise<never> {
    return refuse('Job.getIgnoredChildrenFailures');
  }
  paginate(): Promise<never> {
    return refuse('Queue.getDependencies (paginate)');
  }
  addJobScheduler(): Promise<never> {
    return refuse('Queue.upsertJobScheduler (addJobScheduler)');
  }
  updateJobSchedulerNextMillis(): Promise<never> {
    return refuse('Job schedulers (updateJobSchedulerNextMillis)');
  }
  removeJobScheduler(): Promise<never> {
    return refuse('Queue.removeJobScheduler');
  }
  getJobScheduler(): Promise<never> {
    return refuse('Queue.getJobScheduler');
  }
  isJobScheduler(): Promise<never> {
    return refuse('Job schedulers (isJobScheduler)');
  }
  getJobSchedulerData(): Promise<never> {
    return refuse('Job schedulers (getJobSchedulerData)');
  }
  getJobSchedulersRange(): Promise<never> {
    return refuse('Queue.getJobSchedulers (getJobSchedulersRange)');
  }
  getJobSchedulersCount(): Promise<never> {
    return refuse('Queue.getJobSchedulersCount');
  }
  removeDeduplicationKey(): Promise<never> {
    return refuse('Job.removeDeduplicationKey');
  }
  deleteDeduplicationKey(): Promise<never> {
    return refuse('Queue.removeDeduplicationKey (deleteDeduplicationKey)');
  }
  getDeduplicationJobId(): Promise<never> {
    return refuse('Queue.getDeduplicationJobId');
  }
  getRateLimitTtl(): Promise<never> {
    return refuse('Queue.getRateLimitTtl');
  }
  setRateLimit(): Promise<never> {
    return refuse('Queue.rateLimit (setRateLimit)');
  }
  removeRateLimitKey(): Promise<never> {
    return refuse('Queue.removeRateLimitKey');
  }
  getMetrics(): Promise<never> {
    return refuse('Queue.getMetrics');
  }
  getClientList(): Promise<never> {
    return refuse('Queue.getWorkers (getClientList)');
  }
}

function refuse(member: string): Promise<never> {
  return Promise.reject(new NotSupportedYetError(member));
}
