import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@holdfast/context/testing';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpoolFile } from './spool-file.ts';
import { SpoolWriter } from './spool-writer.ts';

/** The real thing is in the proof `outage`, on a small disk. */
let full = false;
class FullDatabase extends Database {
  override exec(source: string): this {
    if (full && source === 'COMMIT') throw new Database.SqliteError('full', 'SQLITE_FULL');
    return super.exec(source);
  }
}

describe('a spool file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-spool-file-'));
    path = join(folder, 'a.spool');
  });
  afterEach(() => {
    full = false;
    rmSync(folder, { recursive: true, force: true });
  });

  const job = (jobId: string) => ({ jobId, job: '{}', bytes: 3, at: 1000 });

  it('is owned by whoever has it open, and free once that one is gone', () => {
    const file = new SpoolFile(Database, path);
    file.put([job('a')]);
    expect(() => new SpoolFile(Database, path)).toThrow(expect.objectContaining({ code: 'SQLITE_BUSY' }));
    file.close();
    const next = new SpoolFile(Database, path);
    expect(next.totals()).toEqual({ jobs: 1, bytes: 3, oldestAt: 1000 });
    next.close();
  });

  it('keeps an id once, gives the oldest first and forgets what is settled', () => {
    const file = new SpoolFile(Database, path);
    expect(file.put([job('a'), job('b'), job('a')])).toEqual([true, true, false]);
    const [first, second] = file.oldest(10);
    expect([first?.jobId, second?.jobId]).toEqual(['a', 'b']);
    file.settle(first === undefined ? [] : [first], []);
    expect(file.oldest(10).map(({ jobId }) => jobId)).toEqual(['b']);
    expect(file.totals()).toMatchObject({ jobs: 1, bytes: 3 });
    file.close();
  });

  it('sets a job aside that was refused three times, until it is opened again', () => {
    const file = new SpoolFile(Database, path);
    file.put([job('bad'), job('good')]);
    for (let time = 0; time < 3; time += 1) file.settle([], file.oldest(1));
    expect(file.oldest(10).map(({ jobId }) => jobId)).toEqual(['good']);
    expect(file.totals().jobs).toBe(2);
    file.close();
    const next = new SpoolFile(Database, path);
    expect(next.oldest(10).map(({ jobId }) => jobId)).toEqual(['bad', 'good']);
    next.close();
  });

  it('is removed when it is closed with nothing in it', () => {
    new SpoolFile(Database, path).close();
    expect(existsSync(path)).toBe(false);
  });

  it('waits for the disk once for all that is put in one turn', async () => {
    const file = new SpoolFile(Database, path);
    const writes: number[] = [];
    const put = file.put.bind(file);
    file.put = (jobs) => {
      writes.push(jobs.length);
      return put(jobs);
    };
    const writer = new SpoolWriter(file, 'q', { folder, maxJobs: 10, maxBytes: 1000 }, new ManualClock());
    expect(await Promise.all(['a', 'b', 'a'].map((id) => writer.put(id, '{}')))).toEqual([true, true, false]);
    expect(writes).toEqual([3]);
    file.close();
  });

  it('says that the disk is full, and goes on when there is room', async () => {
    let full = true;
    class SmallDatabase extends Database {
      constructor(name: string, options?: Database.Options) {
        super(name, options);
        this.pragma('page_size = 512');
        if (full) setImmediate(() => this.pragma('max_page_count = 12'));
      }
    }
    const file = new SpoolFile(SmallDatabase as unknown as typeof Database, path);
    const writer = new SpoolWriter(
      file,
      'q',
      { folder, maxJobs: 10, maxBytes: 1_000_000 },
      new ManualClock(),
    );
    expect(await writer.put('small', '{}')).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(writer.put('large', 'x'.repeat(100_000))).rejects.toMatchObject({
      code: 'ERR_QUEUE_SPOOL_FULL',
      message: expect.stringContaining('the disk has no room'),
      cause: expect.objectContaining({ code: 'SQLITE_FULL' }),
    });
    expect(file.totals().jobs).toBe(1);
    file.close();
    full = false;
    const next = new SpoolFile(SmallDatabase as unknown as typeof Database, path);
    next.put([{ ...job('large'), job: 'x'.repeat(100_000) }]);
    expect(next.oldest(10).map(({ jobId }) => jobId)).toEqual(['small', 'large']);
    next.close();
  });

  it('hands over all that it has when a full disk lets nothing be removed, and is then spent', () => {
    const file = new SpoolFile(FullDatabase as unknown as typeof Database, path);
    file.put(['a', 'b', 'c'].map(job));
    full = true;
    file.settle(file.oldest(1), []);
    expect(file.oldest(10).map(({ jobId }) => jobId)).toEqual(['b', 'c']);
    file.settle(file.oldest(1), []);
    expect(file.totals().jobs).toBe(1);
    expect(file.isSpent).toBe(false);
    file.settle(file.oldest(1), []);
    expect(file.oldest(10)).toEqual([]);
    expect(file.isSpent).toBe(true);
    file.close();
    expect(existsSync(path)).toBe(false);
  });

  it('forgets what was left over when there is room again', () => {
    full = true;
    const kept = new SpoolFile(Database, path);
    kept.put(['a', 'b', 'c'].map(job));
    kept.close();
    const file = new SpoolFile(FullDatabase as unknown as typeof Database, path);
    file.settle(file.oldest(1), []);
    full = false;
    file.settle(file.oldest(1), []);
    file.close();
    const next = new SpoolFile(Database, path);
    expect(next.oldest(10).map(({ jobId }) => jobId)).toEqual(['c']);
    next.close();
  });
});
