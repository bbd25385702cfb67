import type { FlowJob } from 'bullmq';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  backendOf,
  claim,
  NOON,
  newFile,
  openManualWorker,
  openQueue,
  sqlite,
  stopClock,
  track,
} from './support/queues.ts';

const QUEUES = ['a', 'b'] as const;
const POLICIES = [
  {},
  { failParentOnFailure: true },
  { ignoreDependencyOnFailure: true },
  { removeDependencyOnFailure: true },
  { continueParentOnFailure: true },
] as const;

const queueName = fc.constantFrom(...QUEUES);

/** A tree of up to three levels; ids are given later, so that no two jobs share one. */
const tree: fc.Arbitrary<FlowJob> = fc.letrec<{ node: FlowJob }>((tie) => ({
  node: fc.record(
    {
      name: fc.constant('job'),
      queueName,
      opts: fc.record({
        delay: fc.constantFrom(0, 0, 500),
        priority: fc.constantFrom(0, 0, 3),
        removeOnComplete: fc.constantFrom(false, true, 1),
        removeOnFail: fc.constantFrom(false, true, 1),
      }),
      children: fc.array(tie('node'), { maxLength: 2, depthIdentifier: 'flow' }),
    },
    { requiredKeys: ['name', 'queueName', 'opts'] },
  ),
})).node;

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ what: fc.constant('flow' as const), tree, policy: fc.nat(4) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('once' as const), queueName, mode: fc.nat(3) }) },
    {
      weight: 8,
      arbitrary: fc.record({ what: fc.constantFrom('complete' as const, 'fail' as const), queueName }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('remove' as const), queueName, which: fc.nat() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        what: fc.constantFrom(
          'drain' as const,
          'clean' as const,
          'retry' as const,
          'schedule' as const,
          'wait' as const,
        ),
        queueName,
      }),
    },
  ),
  { minLength: 5, maxLength: 40 },
);

const MODES = [
  {},
  { ttl: 700 },
  { ttl: 700, extend: true, replace: true },
  { keepLastIfActive: true },
] as const;

/** What must hold in the tables whatever has been done; each gives the rows that break it. */
const RULES: Readonly<Record<string, string>> = {
  'a count is the number of its rows': `
    SELECT q.name, s.state FROM bullmq_queue q, (SELECT 0 AS state UNION SELECT 1 UNION SELECT 2 UNION SELECT 3
      UNION SELECT 4 UNION SELECT 5 UNION SELECT 6) s
    WHERE CASE s.state WHEN 0 THEN waiting WHEN 1 THEN prioritized WHEN 2 THEN active WHEN 3 THEN delayed
      WHEN 4 THEN completed WHEN 5 THEN failed ELSE waiting_children END
      <> (SELECT count(*) FROM bullmq_job j WHERE j.queue = q.ref AND j.state = s.state)`,
  'a job has one payload, and a payload a job': `
    SELECT ref FROM bullmq_job WHERE ref NOT IN (SELECT ref FROM bullmq_payload)
    UNION SELECT ref FROM bullmq_payload WHERE ref NOT IN (SELECT ref FROM bullmq_job)`,
  'a child belongs to a parent that is there and knows of it': `
    SELECT key FROM bullmq_child WHERE parent NOT IN (SELECT ref FROM bullmq_job WHERE children = 1)`,
  'no parent waits for nobody': `
    SELECT id FROM bullmq_job j WHERE state = 6 AND NOT EXISTS
      (SELECT 1 FROM bullmq_child c WHERE c.parent = j.ref AND c.state = 0)`,
  'a child that is waited for is there': `
    SELECT c.key FROM bullmq_child c WHERE c.state = 0 AND NOT EXISTS
      (SELECT 1 FROM bullmq_job j JOIN bullmq_queue q ON q.ref = j.queue WHERE c.key = q.name || ':' || j.id)`,
  'only active jobs are locked': 'SELECT id FROM bullmq_job WHERE state <> 2 AND lock_token IS NOT NULL',
  'a deduplication key without a time is held by a job that has not ended': `
    SELECT d.id FROM bullmq_dedup d WHERE d.until IS NULL AND NOT EXISTS
      (SELECT 1 FROM bullmq_job j WHERE j.queue = d.queue AND j.id = d.job AND j.state NOT IN (4, 5))`,
};

type Step = (typeof steps extends fc.Arbitrary<infer T> ? T : never) extends (infer S)[] ? S : never;

function openAll() {
  const file = newFile();
  const connection = { file, durability: 'process' as const };
  const flows = track(new sqlite.FlowProducer({ connection }));
  const queues = new Map(QUEUES.map((name) => [name, openQueue(file, name)]));
  const workers = new Map(QUEUES.map((name) => [name, openManualWorker(file, {}, name)]));
  const firstQueue = queues.get('a') as ReturnType<typeof openQueue>;
  const { database } = backendOf(firstQueue) as unknown as {
    database: { sql: { all(text: string): unknown[] } };
  };
  let ids = 0;
  let now = NOON;

  const named = (node: FlowJob, policy: number, root: boolean): FlowJob => {
    ids += 1;
    return {
      ...node,
      opts: { ...node.opts, jobId: `j${ids}`, ...(root ? {} : POLICIES[(policy + ids) % POLICIES.length]) },
      ...(node.children === undefined
        ? {}
        : { children: node.children.map((child) => named(child, policy, false)) }),
    };
  };
  const run = async (step: Step): Promise<void> => {
    now += 100;
    vi.setSystemTime(now);
    if (step.what === 'flow') {
      await flows.add(named(step.tree, step.policy, true));
      return;
    }
    const queue = queues.get(step.queueName);
    const worker = workers.get(step.queueName);
    if (queue === undefined || worker === undefined) return;
    if (step.what === 'once') {
      const deduplication = { id: `d${step.mode}`, ...MODES[step.mode] };
      await queue.add('once', {}, { deduplication, delay: step.mode === 2 ? 500 : 0 });
    } else if (step.what === 'complete' || step.what === 'fail') {
      const job = await claim(worker);
      if (job === undefined) return;
      if (step.what === 'fail' || job.deferredFailure !== undefined) {
        await job.moveToFailed(new Error('no'), 'token', false);
      } else {
        // A job whose children have not ended is refused, and fails as in a worker.
        await job
          .moveToCompleted('ok', 'token', false)
          .catch((error: Error) => job.moveToFailed(error, 'token', false));
      }
    } else if (step.what === 'remove') {
      const jobs = await queue.getJobs(['waiting', 'delayed', 'waiting-children', 'completed', 'failed']);
      await jobs[step.which % Math.max(jobs.length, 1)]?.remove().catch(() => {});
    } else if (step.what === 'drain') await queue.drain(true);
    else if (step.what === 'clean') await queue.clean(-1, 5, 'wait');
    else if (step.what === 'retry') await queue.retryJobs();
    else if (step.what === 'schedule') await queue.upsertJobScheduler('s', { every: 300 });
    else now += 1000;
  };
  return { run, broken: (rule: string) => database.sql.all(rule) };
}

describe('any history of flows, deduplication and schedulers over two queues', () => {
  it('leaves the tables as the rules say, after each step', { timeout: 60_000 }, async () => {
    stopClock();
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const { run, broken } = openAll();
        for (const step of history) {
          await run(step);
          for (const [rule, text] of Object.entries(RULES)) {
            expect({ rule, broken: broken(text) }).toEqual({ rule, broken: [] });
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
