import type { FlowJob, Job } from 'bullmq';
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

/** A flow producer on the file, and the workers of the queues `parents` and `children`. */
function openFlow(file = newFile()) {
  return {
    file,
    flows: track(new sqlite.FlowProducer({ connection: { file } })),
    parents: openQueue(file, 'parents'),
    children: openQueue(file, 'children'),
    parentWorker: openManualWorker(file, {}, 'parents'),
    childWorker: openManualWorker(file, {}, 'children'),
  };
}

const child = (jobId: string, opts: Omit<NonNullable<FlowJob['opts']>, 'jobId'> = {}): FlowJob => ({
  name: jobId,
  queueName: 'children',
  opts: { jobId, ...opts },
});

const family = (children: FlowJob[], opts: FlowJob['opts'] = {}): FlowJob => ({
  name: 'parent',
  queueName: 'parents',
  opts: { jobId: 'p', ...opts },
  children,
});

const end = (job: Job | undefined, value: unknown = 'ok') => job?.moveToCompleted(value, 'token', false);
const fail = (job: Job | undefined, why = 'broke') => job?.moveToFailed(new Error(why), 'token', false);

describe('a flow', () => {
  it('hands out the parent when all children have completed, with their results', async () => {
    const { flows, parents, parentWorker, childWorker } = openFlow();
    const { job } = await flows.add(family([child('a'), child('b')]));
    expect(await job.getState()).toBe('waiting-children');
    expect(await parents.getWaitingChildrenCount()).toBe(1);
    await end(await claim(childWorker), { n: 1 });
    expect(await claim(parentWorker)).toBeUndefined();
    await end(await claim(childWorker), 2);
    const parent = await claim(parentWorker);
    expect(parent?.id).toBe('p');
    expect(await parent?.getChildrenValues()).toEqual({ 'bull:children:a': { n: 1 }, 'bull:children:b': 2 });
    await end(parent);
    expect(await job.getState()).toBe('completed');
  });

  it('may be several levels deep, and be read as a tree', async () => {
    const { flows, childWorker, parentWorker } = openFlow();
    await flows.add(family([{ ...child('a'), children: [child('b'), child('c')] }]));
    const tree = await flows.getFlow({ id: 'p', queueName: 'parents' });
    expect(tree.children?.map(({ job }) => job.id)).toEqual(['a']);
    expect(new Set(tree.children?.[0]?.children?.map(({ job }) => job.id))).toEqual(new Set(['b', 'c']));
    for (const id of ['b', 'c', 'a']) {
      const job = await claim(childWorker);
      expect(job?.id).toBe(id);
      await end(job);
    }
    expect((await claim(parentWorker))?.id).toBe('p');
  });

  it('spans queues of other prefixes', async () => {
    const file = newFile();
    const flows = track(new sqlite.FlowProducer({ connection: { file } }));
    await flows.add({ ...family([{ ...child('a'), prefix: 'x' }]), prefix: 'y' });
    const worker = openManualWorker(file, { prefix: 'x' }, 'children');
    await end(await claim(worker));
    expect(await openQueue(file, 'parents', { prefix: 'y' }).getWaitingCount()).toBe(1);
  });

  it('is added in whole or not at all', async () => {
    const { flows, parents, children } = openFlow();
    const orphan = family([child('a')], { parent: { id: 'nobody', queue: 'bull:parents' } });
    await expect(flows.add(orphan)).rejects.toThrow(/nobody/);
    expect(await parents.getJobCountByTypes()).toBe(0);
    expect(await children.getJobCountByTypes()).toBe(0);
  });

  it('adds several flows at once', async () => {
    const { flows, parents, children } = openFlow();
    await flows.addBulk([family([child('a')]), family([child('b')], { jobId: 'q' })]);
    expect(await parents.getWaitingChildrenCount()).toBe(2);
    expect(await children.getWaitingCount()).toBe(2);
  });

  it('lets the parent wait for its own delay, and keeps its priority, when the children have ended', async () => {
    stopClock();
    const { flows, parents, childWorker } = openFlow();
    await flows.add(family([child('a')], { delay: 1000 }));
    await flows.add(family([child('b')], { jobId: 'q', priority: 5 }));
    vi.setSystemTime(NOON + 500);
    await end(await claim(childWorker));
    await end(await claim(childWorker));
    const [delayed] = await parents.getDelayed();
    expect(delayed?.id).toBe('p');
    expect((await parents.getPrioritized()).map(({ id }) => id)).toEqual(['q']);
  });

  it('counts a child that has completed before as done at once', async () => {
    const { flows, children, parents, childWorker } = openFlow();
    await children.add('a', {}, { jobId: 'a' });
    await end(await claim(childWorker), 'old');
    const { job } = await flows.add(family([child('a')]));
    expect(await parents.getWaitingCount()).toBe(1);
    expect(await job.getChildrenValues()).toEqual({ 'bull:children:a': 'old' });
  });

  it('takes in a child that is there, unless it has another parent', async () => {
    const { flows, children, parents } = openFlow();
    await children.add('a', {}, { jobId: 'a' });
    const { job } = await flows.add(family([child('a')]));
    expect((await children.getJob('a'))?.parentKey).toBe('bull:parents:p');
    await flows.add(family([child('a')], { jobId: 'q' }));
    expect((await children.getJob('a'))?.parentKey).toBe('bull:parents:p');
    expect(await parents.getJobState('q')).toBe('waiting-children');
    await expect(
      children.add('a', {}, { jobId: 'a', parent: { id: 'q', queue: 'bull:parents' } }),
    ).rejects.toMatchObject({
      code: -7,
      message: 'The parent job bull:parents:q cannot be replaced. addJob',
    });
    expect(await job.getDependenciesCount({ unprocessed: true })).toEqual({ unprocessed: 1 });
  });

  it('survives that its queue is opened again', async () => {
    const file = newFile();
    const first = track(new sqlite.FlowProducer({ connection: { file } }));
    await first.add(family([child('a')]));
    await first.close();
    const { childWorker, parentWorker } = openFlow(file);
    await end(await claim(childWorker));
    expect((await claim(parentWorker))?.id).toBe('p');
  });
});

describe('a child that fails', () => {
  it('leaves the parent waiting without any option', async () => {
    const { flows, childWorker } = openFlow();
    const { job } = await flows.add(family([child('a')]));
    await fail(await claim(childWorker));
    expect(await job.getState()).toBe('waiting-children');
    expect(await job.getDependenciesCount()).toEqual({ processed: 0, unprocessed: 1, ignored: 0, failed: 0 });
  });

  it('fails the parent with failParentOnFailure, and so on up the tree', async () => {
    const { flows, children, childWorker, parentWorker } = openFlow();
    const deep = {
      ...child('a', { failParentOnFailure: true }),
      children: [child('b', { failParentOnFailure: true })],
    };
    const { job } = await flows.add(family([deep, child('c', { delay: 1000 })]));
    await fail(await claim(childWorker));
    const middle = await claim(childWorker);
    expect(middle).toMatchObject({ id: 'a', deferredFailure: 'child bull:children:b failed' });
    await fail(middle, middle?.deferredFailure);
    const top = await claim(parentWorker);
    expect(top).toMatchObject({ id: 'p', deferredFailure: 'child bull:children:a failed' });
    await fail(top, top?.deferredFailure);
    expect(await job.getState()).toBe('failed');
    expect((await children.getJob('a'))?.deferredFailure).toBeUndefined();
    expect(await job.getDependenciesCount()).toMatchObject({ unprocessed: 1, failed: 1 });
    expect((await job.getDependencies()).failed).toEqual(['bull:children:a']);
  });

  it('lets the parent go on with ignoreDependencyOnFailure, which can read why', async () => {
    const { flows, childWorker, parentWorker } = openFlow();
    await flows.add(family([child('a', { ignoreDependencyOnFailure: true }), child('b')]));
    await fail(await claim(childWorker), 'no luck');
    expect(await claim(parentWorker)).toBeUndefined();
    await end(await claim(childWorker), 1);
    const parent = await claim(parentWorker);
    expect(await parent?.getIgnoredChildrenFailures()).toEqual({ 'bull:children:a': 'no luck' });
    expect(await parent?.getChildrenValues()).toEqual({ 'bull:children:b': 1 });
  });

  it('is forgotten with removeDependencyOnFailure', async () => {
    const { flows, childWorker, parentWorker } = openFlow();
    await flows.add(family([child('a', { removeDependencyOnFailure: true })]));
    await fail(await claim(childWorker));
    const parent = await claim(parentWorker);
    expect(await parent?.getDependenciesCount()).toEqual({
      processed: 0,
      unprocessed: 0,
      ignored: 0,
      failed: 0,
    });
  });

  it('lets the parent begin at once with continueParentOnFailure, though others wait', async () => {
    const { flows, childWorker, parentWorker } = openFlow();
    await flows.add(family([child('a', { continueParentOnFailure: true }), child('b')]));
    await fail(await claim(childWorker), 'no luck');
    const parent = await claim(parentWorker);
    expect(await parent?.getFailedChildrenValues()).toEqual({ 'bull:children:a': 'no luck' });
    await parent?.removeUnprocessedChildren();
    await end(parent);
    expect(await parent?.getState()).toBe('completed');
  });

  it('only counts when no attempt is left', async () => {
    const { flows, childWorker } = openFlow();
    const { job } = await flows.add(family([child('a', { failParentOnFailure: true, attempts: 2 })]));
    await fail(await claim(childWorker));
    expect(await job.getState()).toBe('waiting-children');
    await fail(await claim(childWorker));
    expect(await job.getState()).toBe('waiting');
  });

  it('is waited for again when it is retried', async () => {
    const { flows, children, childWorker } = openFlow();
    const { job } = await flows.add(family([child('a', { ignoreDependencyOnFailure: true }), child('b')]));
    await fail(await claim(childWorker));
    await (await children.getJob('a'))?.retry();
    expect(await job.getDependenciesCount()).toEqual({ processed: 0, unprocessed: 2, ignored: 0, failed: 0 });
    await end(await claim(childWorker));
    await end(await claim(childWorker));
    await children.retryJobs({ state: 'completed' });
    expect(await job.getDependenciesCount()).toEqual({ processed: 0, unprocessed: 2, ignored: 0, failed: 0 });
  });

  it('is forgotten by a parent that waited for it alone when it is deleted by retention', async () => {
    const { flows, childWorker } = openFlow();
    const { job } = await flows.add(family([child('a', { removeOnFail: true })]));
    await fail(await claim(childWorker));
    expect(await job.getState()).toBe('waiting');
  });
});

describe('a job that adds children while it runs', () => {
  it('waits for them and is handed out again', async () => {
    const { children, parents, parentWorker, childWorker } = openFlow();
    await parents.add('parent', {}, { jobId: 'p' });
    const parent = await claim(parentWorker);
    expect(await parent?.moveToWaitingChildren('token')).toBe(false);
    const link = { id: 'p', queue: 'bull:parents' };
    await children.add('a', {}, { jobId: 'a', parent: link });
    await expect(end(parent)).rejects.toMatchObject({
      code: -4,
      message: 'Job p has pending dependencies. moveToFinished',
    });
    expect(
      await parent?.moveToWaitingChildren('token', { child: { id: 'else', queue: 'bull:children' } }),
    ).toBe(false);
    expect(await parent?.moveToWaitingChildren('token', { child: { id: 'a', queue: 'bull:children' } })).toBe(
      true,
    );
    expect(await parents.getJobState('p')).toBe('waiting-children');
    await end(await claim(childWorker));
    expect((await claim(parentWorker))?.attemptsMade).toBe(0);
  });

  it('is refused without its lock, when it is not active, and when it is gone', async () => {
    const { children, parents, parentWorker } = openFlow();
    await parents.add('parent', {}, { jobId: 'p' });
    await claim(parentWorker);
    await children.add('a', {}, { parent: { id: 'p', queue: 'bull:parents' } });
    const backend = backendOf(parents);
    await expect(backend.moveToWaitingChildren('p', 'other')).rejects.toMatchObject({ code: -6 });
    await expect(backend.moveToWaitingChildren('gone', 'token')).rejects.toMatchObject({ code: -1 });
    await backend.moveToWaitingChildren('p', 'token');
    await expect(backend.moveToWaitingChildren('p', '0')).rejects.toMatchObject({ code: -3 });
  });

  it('cannot be completed, nor wait again, when one of them has failed it', async () => {
    const { children, parents, parentWorker, childWorker } = openFlow();
    await parents.add('parent', {}, { jobId: 'p' });
    const parent = await claim(parentWorker);
    const opts = { parent: { id: 'p', queue: 'bull:parents' }, failParentOnFailure: true };
    await children.add('a', {}, { ...opts, jobId: 'a' });
    await fail(await claim(childWorker));
    const refusal = (command: string) => ({
      name: 'UnrecoverableError',
      code: -9,
      message: `Cannot complete job p because it has at least one failed child. ${command}`,
    });
    await expect(end(parent)).rejects.toMatchObject(refusal('moveToFinished'));
    await expect(parent?.moveToWaitingChildren('token')).rejects.toMatchObject(
      refusal('moveToWaitingChildren'),
    );
  });
});

describe('removing from a flow', () => {
  it('removes a parent with all that is below it', async () => {
    const { flows, parents, children, childWorker } = openFlow();
    const { job } = await flows.add(family([{ ...child('a'), children: [child('b')] }, child('c')]));
    await end(await claim(childWorker));
    await job.remove();
    expect(await parents.getJobCountByTypes()).toBe(0);
    expect(await children.getJobCountByTypes()).toBe(0);
  });

  it('removes a parent alone when told so', async () => {
    const { flows, parents, children, childWorker } = openFlow();
    const { job } = await flows.add(family([child('a')]));
    await job.remove({ removeChildren: false });
    expect(await parents.getJobCountByTypes()).toBe(0);
    expect(await children.getWaitingCount()).toBe(1);
    await end(await claim(childWorker));
    expect(await children.getCompletedCount()).toBe(1);
  });

  it('removes nothing when a worker holds one of them', async () => {
    const { flows, children, childWorker } = openFlow();
    const { job } = await flows.add(family([child('a'), child('b')]));
    await claim(childWorker);
    await expect(job.remove()).rejects.toThrow(/could not be removed because it is locked/);
    expect(await children.getJobCountByTypes()).toBe(2);
  });

  it('lets the parent begin when its last child is removed', async () => {
    const { flows, children, parents } = openFlow();
    await flows.add(family([child('a')]));
    await (await children.getJob('a'))?.remove();
    expect(await parents.getWaitingCount()).toBe(1);
  });

  it('removes the children that have not begun, not the others', async () => {
    const { flows, children, childWorker } = openFlow();
    const { job } = await flows.add(
      family([child('done'), child('active'), child('waits'), child('later', { delay: 1000 })]),
    );
    await end(await claim(childWorker));
    await claim(childWorker);
    await job.removeUnprocessedChildren();
    expect(new Set((await children.getJobs()).map(({ id }) => id))).toEqual(new Set(['active', 'done']));
    expect(await job.getDependenciesCount()).toMatchObject({ processed: 1, unprocessed: 1 });
  });

  it('takes a child out of the flow that stays as a job', async () => {
    const { flows, children, parents } = openFlow();
    await flows.add(family([child('a')]));
    const job = await children.getJob('a');
    expect(await job?.removeChildDependency()).toBe(true);
    expect(await parents.getWaitingCount()).toBe(1);
    expect((await children.getJob('a'))?.parentKey).toBeUndefined();
    const backend = backendOf(children);
    expect(await backend.removeChildDependency('a', 'bull:parents:p')).toBe(false);
    await expect(backend.removeChildDependency('gone', 'bull:parents:p')).rejects.toMatchObject({ code: -1 });
    await expect(backend.removeChildDependency('a', 'bull:parents:gone')).rejects.toMatchObject({ code: -5 });
  });

  it.each(['drain', 'clean', 'obliterate'] as const)(
    'with %s deletes a parent of the same queue with its last child, and frees one of another',
    async (how) => {
      const { flows, children, parents } = openFlow();
      await flows.add({ ...family([child('a')]), queueName: 'children', opts: { jobId: 'same' } });
      await flows.add(family([child('b')]));
      if (how === 'drain') await children.drain();
      else if (how === 'clean') await children.clean(-1, 10, 'wait');
      else await children.obliterate();
      expect(await children.getJobCountByTypes()).toBe(0);
      expect(await parents.getJobState('p')).toBe('waiting');
    },
  );

  it('leaves no rows behind', async () => {
    const { flows, children, parents } = openFlow();
    await flows.add(family([{ ...child('a'), children: [child('b')] }, child('c')]));
    await parents.obliterate({ force: true });
    await children.obliterate({ force: true });
    const { database } = backendOf(children) as unknown as {
      database: { sql: { get(text: string): { rows: number } } };
    };
    for (const table of ['job', 'payload', 'child']) {
      expect(database.sql.get(`SELECT count(*) AS rows FROM bullmq_${table}`)).toEqual({ rows: 0 });
    }
  });
});

describe('the children of a job', () => {
  it('are read in pages by what has become of them', async () => {
    const { flows, childWorker } = openFlow();
    const policies = [{ ignoreDependencyOnFailure: true }, { failParentOnFailure: true }];
    const { job } = await flows.add(
      family([
        ...[0, 1, 2].map((n) => child(`done${n}`)),
        ...[0, 1].map((n) => child(`bad${n}`, policies[n])),
        ...[0, 1, 2].map((n) => child(`open${n}`, { delay: 1000 })),
      ]),
    );
    for (const n of [0, 1, 2]) await end(await claim(childWorker), n);
    for (const _ of [0, 1]) await fail(await claim(childWorker));
    const first = await job.getDependencies({ processed: { count: 2 } });
    expect(first).toEqual({
      processed: { 'bull:children:done0': 0, 'bull:children:done1': 1 },
      nextProcessedCursor: 2,
    });
    expect(await job.getDependencies({ processed: { count: 2, cursor: 2 } })).toEqual({
      processed: { 'bull:children:done2': 2 },
      nextProcessedCursor: 0,
    });
    expect(await job.getDependencies({ unprocessed: {}, ignored: {}, failed: {} })).toEqual({
      unprocessed: ['bull:children:open0', 'bull:children:open1', 'bull:children:open2'],
      nextUnprocessedCursor: 0,
      ignored: { 'bull:children:bad0': 'broke' },
      nextIgnoredCursor: 0,
      failed: ['bull:children:bad1'],
      nextFailedCursor: 0,
    });
    expect(await job.getDependencies()).toMatchObject({ failed: ['bull:children:bad1'] });
  });

  it('are paged through from the queue, with the jobs', async () => {
    const { flows, parents, childWorker } = openFlow();
    await flows.add(family([child('a'), child('b'), child('c')]));
    await end(await claim(childWorker), { deep: true });
    const done = await parents.getDependencies('p', 'processed', 0, -1);
    expect(done.items).toEqual([{ id: 'bull:children:a', v: { deep: true } }]);
    expect(done.jobs.map(({ id }) => id)).toEqual(['a']);
    const open = await parents.getDependencies('p', 'pending', 0, 0);
    expect(open).toMatchObject({ items: [{ id: 'bull:children:b' }], total: 2 });
    expect(await parents.getDependencies('gone', 'pending', 0, -1)).toMatchObject({ items: [], total: 0 });
  });

  it('are none for a job that is gone', async () => {
    const backend = backendOf(openQueue());
    expect(await backend.getDependencies('gone')).toEqual({
      processed: {},
      unprocessed: [],
      ignored: {},
      failed: [],
    });
    expect(await backend.getProcessedChildrenValues('gone')).toEqual({});
    expect(await backend.getDependencyCounts('gone', ['processed', 'failed'])).toEqual([0, 0]);
  });
});
