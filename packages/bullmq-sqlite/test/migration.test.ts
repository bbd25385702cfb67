import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { SCHEMA_VERSION } from '../src/database/schema.ts';
import { startChild } from './support/child.ts';
import { claim, newFile, openManualWorker, openQueue, sqlite, track } from './support/queues.ts';
import { SCHEMA_V1 } from './support/schema-v1.ts';

/** A file of version 1 with a waiting job, a delayed one, a completed one, metadata, a log line and an event. */
function writeVersion1(file: string): void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec(SCHEMA_V1);
  db.exec(`
    INSERT INTO bullmq_queue (ref, name, job_counter, tail, waiting, delayed, completed, event_count)
      VALUES (1, 'bull:jobs', 3, 2, 1, 1, 1, 1);
    INSERT INTO bullmq_meta VALUES (1, 'opts.maxLenEvents', '500');
    INSERT INTO bullmq_job (ref, queue, id, state, ord, priority, delay, added_at) VALUES
      (1, 1, '1', 0, 1, 0, 0, 1700000000000), (2, 1, '2', 3, 4000000000000, 0, 1000, 1700000000001);
    INSERT INTO bullmq_job (ref, queue, id, state, ord, priority, delay, added_at, attempts_made, finished_on, return_value)
      VALUES (3, 1, 'mine', 4, 1700000000005, 0, 0, 1700000000002, 1, 1700000000005, '{"n":7}');
    INSERT INTO bullmq_payload VALUES (1, 'a', '{"n":1}', '{"attempts":3}'), (2, 'b', '{}', '{"delay":1000}'),
      (3, 'c', '"text"', '{}');
    INSERT INTO bullmq_log VALUES (3, 1, 'a line');
    INSERT INTO bullmq_event VALUES (1700000000005, 1, 1, '[["event","completed","jobId","mine"]]');
  `);
  db.close();
}

function versionOf(file: string): unknown {
  const db = new Database(file, { readonly: true });
  const version = db.prepare('SELECT version FROM bullmq_schema').pluck().get();
  db.close();
  return version;
}

/** Tables and indexes, with their columns in order. */
function shapeOf(file: string): unknown[] {
  const db = new Database(file, { readonly: true });
  const shape = db
    .prepare(
      `SELECT s.name, group_concat(c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '')) AS columns
       FROM sqlite_schema s LEFT JOIN pragma_table_info(s.name) c GROUP BY s.name ORDER BY s.name`,
    )
    .all();
  db.close();
  return shape;
}

describe('a file of schema version 1', () => {
  it('is brought up to date when it is opened, with all that is in it', async () => {
    const file = newFile();
    writeVersion1(file);
    const queue = openQueue(file);
    expect(await queue.getJobCounts('waiting', 'delayed', 'completed')).toEqual({
      waiting: 1,
      delayed: 1,
      completed: 1,
    });
    const done = await queue.getJob('mine');
    expect(done).toMatchObject({
      name: 'c',
      data: 'text',
      returnvalue: { n: 7 },
      finishedOn: 1_700_000_000_005,
    });
    expect(await queue.getJobLogs('mine')).toEqual({ logs: ['a line'], count: 1 });
    expect(versionOf(file)).toBe(SCHEMA_VERSION);
    const worker = openManualWorker(file);
    const job = await claim(worker);
    expect(job).toMatchObject({ id: '1', name: 'a', data: { n: 1 } });
    await job?.moveToCompleted('ok', 'token', false);
    expect((await queue.add('next', {})).id).toBe('4');
  });

  it('can do afterwards what is new', async () => {
    const file = newFile();
    writeVersion1(file);
    const queue = openQueue(file);
    await queue.add('child', {}, { parent: { id: '2', queue: 'bull:jobs' } });
    expect(await (await queue.getJob('2'))?.getDependenciesCount({ unprocessed: true })).toEqual({
      unprocessed: 1,
    });
    await queue.add('once', {}, { deduplication: { id: 'd' } });
    await queue.upsertJobScheduler('s', { every: 1000 });
    expect(await queue.getJobSchedulersCount()).toBe(1);
  });

  it('has the same tables then as a new file', async () => {
    const [old, fresh] = [newFile(), newFile()];
    writeVersion1(old);
    await openQueue(old).close();
    await openQueue(fresh).close();
    expect(shapeOf(old)).toEqual(shapeOf(fresh));
  });

  it('is brought up to date once when several processes open it at the same time', async () => {
    const file = newFile();
    writeVersion1(file);
    const children = [1, 2, 3].map(() => startChild('worker-process.ts', file, ''));
    await Promise.all(children.map((child) => child.line('ready')));
    expect(versionOf(file)).toBe(SCHEMA_VERSION);
    await Promise.all(children.map((child) => child.kill()));
  });

  it('stays as it was when the step cannot be taken in whole', () => {
    const file = newFile();
    writeVersion1(file);
    const db = new Database(file);
    // A table of this name is in the way of the last statements of the step.
    db.exec('CREATE TABLE bullmq_client (x)');
    db.close();
    expect(() => track(new sqlite.Queue('jobs', { connection: { file } }))).toThrow(
      /failed \(SQLITE_ERROR\)/,
    );
    expect(versionOf(file)).toBe(1);
    const after = new Database(file, { readonly: true });
    expect(after.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'bullmq_child'").get()).toBeUndefined();
    after.close();
  });
});
