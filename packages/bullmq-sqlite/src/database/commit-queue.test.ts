import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobStateError } from '../jobs/job-state-error.ts';
import { CommitQueue } from './commit-queue.ts';

let db: Database.Database;
let log: string[];
let commits: CommitQueue;

beforeEach(() => {
  db = new Database(':memory:');
  db.exec('CREATE TABLE entry (id INTEGER PRIMARY KEY) STRICT');
  log = [];
  commits = new CommitQueue(db, 'queue.db', 50, {
    begin: () => void log.push('begin'),
    flush: () => void log.push('flush'),
    committed: () => void log.push('committed'),
    rolledBack: () => void log.push('rolled back'),
  });
});

afterEach(() => {
  db.close();
});

const insert = (id: number) => () =>
  Number(db.prepare('INSERT INTO entry VALUES (?)').run(id).lastInsertRowid);
const stored = () => db.prepare('SELECT id FROM entry ORDER BY id').pluck().all();

describe('CommitQueue', () => {
  it('commits all writes of one turn together', async () => {
    expect(await Promise.all([1, 2, 3].map((id) => commits.write(insert(id))))).toEqual([1, 2, 3]);
    expect(log).toEqual(['begin', 'flush', 'committed']);
    await commits.write(insert(4));
    expect(log.filter((entry) => entry === 'begin')).toHaveLength(2);
  });

  it('waits for the disk with every write, and not with claims alone', async () => {
    const level = () => Number(db.pragma('synchronous', { simple: true }));
    const [NORMAL, FULL] = [1, 2];
    expect(await commits.write(level)).toBe(FULL);
    expect(await Promise.all([commits.claim(level), commits.claim(level)])).toEqual([NORMAL, NORMAL]);
    expect(await Promise.all([commits.claim(level), commits.write(level)])).toEqual([FULL, FULL]);
    await expect(
      commits.claim(() => {
        throw new TypeError('a defect');
      }),
    ).rejects.toThrow('a defect');
    expect(level()).toBe(FULL);
  });

  it('leaves a connection alone that does not wait for the disk', async () => {
    db.pragma('synchronous = NORMAL');
    const quick = new CommitQueue(db, 'queue.db', 50, {
      begin: () => undefined,
      flush: () => undefined,
      committed: () => undefined,
      rolledBack: () => undefined,
    });
    await quick.claim(insert(1));
    expect(db.pragma('synchronous', { simple: true })).toBe(1);
  });

  it('settles nothing before the commit', async () => {
    let settled = false;
    const write = commits.write(() => {
      expect(db.inTransaction).toBe(true);
      expect(settled).toBe(false);
    });
    const first = commits.write(insert(1)).then(() => {
      settled = true;
      expect(db.inTransaction).toBe(false);
    });
    await Promise.all([write, first]);
  });

  it('lets a refusal fail its own operation only', async () => {
    const refused = commits.write(() => {
      throw new JobStateError(-3, 'not active');
    });
    const others = Promise.all([commits.write(insert(1)), commits.write(insert(2))]);
    await expect(refused).rejects.toThrow('not active');
    await others;
    expect(log).toEqual(['begin', 'flush', 'committed']);
    expect(stored()).toEqual([1, 2]);
  });

  it('rolls back on another error and runs each operation again alone', async () => {
    const results = await Promise.allSettled([
      commits.write(insert(1)),
      commits.write(() => {
        insert(2)();
        throw new TypeError('a defect');
      }),
      commits.write(insert(3)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(stored()).toEqual([1, 3]);
    expect(log.filter((entry) => entry === 'rolled back')).toHaveLength(2);
    expect(log.filter((entry) => entry === 'committed')).toHaveLength(2);
  });

  it('runs reads in their turn, behind the writes before them', async () => {
    const write = commits.write(insert(1));
    const read = commits.read(() => stored());
    const later = commits.write(insert(2));
    expect(await read).toEqual([1]);
    await Promise.all([write, later]);
  });

  it('runs reads alone without a transaction', async () => {
    expect(await commits.read(() => db.inTransaction)).toBe(false);
    expect(log).toEqual([]);
  });

  it('gives a read its own error', async () => {
    const reads = await Promise.allSettled([
      commits.read(() => {
        throw new TypeError('a defect');
      }),
      commits.read(() => 'fine'),
    ]);
    expect(reads).toMatchObject([{ reason: { message: 'a defect' } }, { value: 'fine' }]);
  });

  it('cuts a flood into several commits, in order', async () => {
    const slow = (id: number) => () => {
      const until = performance.now() + 1;
      while (performance.now() < until);
      return insert(id)();
    };
    const ids = Array.from({ length: 48 }, (_, index) => index + 1);
    expect(await Promise.all(ids.map((id) => commits.write(slow(id))))).toEqual(ids);
    expect(log.filter((entry) => entry === 'committed').length).toBeGreaterThanOrEqual(3);
  });

  it('waits for a transaction that somebody left open, and gives up after its time', async () => {
    db.exec('BEGIN');
    const write = commits.write(insert(1));
    await expect(write).rejects.toMatchObject({ code: 'ERR_BULLMQ_SQLITE_BUSY' });
    db.exec('ROLLBACK');
    await commits.write(insert(1));
    expect(stored()).toEqual([1]);
  });

  it('says when nothing is pending', async () => {
    await commits.settled();
    let done = false;
    const write = commits.write(insert(1)).then(() => {
      done = true;
    });
    await commits.settled();
    await write;
    expect(done).toBe(true);
  });

  it('answers with a closed connection when the database was closed', async () => {
    const write = commits.write(insert(1));
    db.close();
    await expect(write).rejects.toThrow('Connection is closed.');
  });
});
