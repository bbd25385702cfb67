import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { ConnectionClosedError } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { createSqliteBackend } from '../src/index.ts';
import { claim, newFile, openManualWorker, openQueue, sqlite, track } from './support/queues.ts';
import { next } from './support/wait-for.ts';

describe('the file', () => {
  it('is made, with its folder, when it is missing', async () => {
    const file = join(dirname(newFile()), 'deep', 'down', 'queue.db');
    const queue = openQueue(file);
    await queue.add('job', {});
    expect(existsSync(file)).toBe(true);
  });

  it('is in WAL mode and every commit is forced to the disk', async () => {
    const db = new Database(newFile());
    const queue = track(new sqlite.Queue('jobs', { connection: { db } }));
    await queue.waitUntilReady();
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    await queue.close();
    db.close();
  });

  it('leaves a commit to the system’s cache with durability process', async () => {
    const db = new Database(newFile());
    const queue = track(new sqlite.Queue('jobs', { connection: { db, durability: 'process' } }));
    expect(db.pragma('synchronous', { simple: true })).toBe(1);
    await queue.close();
    db.close();
  });

  it('is opened once by a process, whichever way it is named', async () => {
    const file = newFile();
    const link = join(dirname(file), '..', `${Date.now()}-holdfast-link`);
    symlinkSync(dirname(file), link);
    try {
      const queue = openQueue(file);
      const same = openQueue(join(link, 'queue.db'));
      await queue.add('job', {});
      expect(await same.getWaitingCount()).toBe(1);
    } finally {
      rmSync(link);
    }
  });

  it('keeps its jobs when it is closed and opened again', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('job', { kept: true }, { priority: 3 });
    await queue.close();
    expect((await openQueue(file).getPrioritized())[0]?.data).toEqual({ kept: true });
  });

  it('may be a database in memory that the caller brings, and stays open when the queue is closed', async () => {
    const db = new Database(':memory:');
    const queue = track(new sqlite.Queue('jobs', { connection: { db } }));
    const worker = track(new sqlite.Worker('jobs', async () => 'ok', { connection: { db } }));
    const completed = new Promise((resolve) => worker.on('completed', resolve));
    await queue.add('job', {});
    await completed;
    await worker.close();
    await queue.close();
    expect(db.open).toBe(true);
    expect(db.prepare('SELECT count(*) AS n FROM bullmq_job').get()).toEqual({ n: 1 });
    db.close();
  });

  it('may hold other tables beside', async () => {
    const db = new Database(newFile());
    db.exec('CREATE TABLE payment (id TEXT PRIMARY KEY) STRICT');
    const queue = track(new sqlite.Queue('jobs', { connection: { db } }));
    await queue.add('job', {});
    db.prepare('INSERT INTO payment VALUES (?)').run('p1');
    expect(await queue.getWaitingCount()).toBe(1);
    await queue.close();
    db.close();
  });
});

describe('a transaction that the owner of a shared connection leaves open', () => {
  it('is waited for', async () => {
    const db = new Database(newFile());
    const queue = track(new sqlite.Queue('jobs', { connection: { db }, skipMetasUpdate: true }));
    db.exec('BEGIN');
    const added = queue.add('job', {});
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    db.exec('COMMIT');
    expect((await added).id).toBe('1');
    await queue.close();
    db.close();
  });
});

describe('a file that cannot serve', () => {
  it('is refused with one clear error when it is not a database', () => {
    const file = newFile();
    writeFileSync(file, 'This is a text file, and long enough to have a header of its own.'.repeat(40));
    const open = () => new sqlite.Queue('jobs', { connection: { file } });
    expect(open).toThrow(
      expect.objectContaining({
        name: 'SqliteFileError',
        code: 'ERR_BULLMQ_SQLITE_FILE',
        file: expect.stringContaining('queue.db'),
        message: expect.stringMatching(
          /queue\.db is not an SQLite database\. Point `file` at another path\.$/,
        ),
      }),
    );
    expect(readFileSync(file, 'utf8')).toContain('This is a text file');
  });

  it('is refused when it was written by a newer version', async () => {
    const file = newFile();
    await openQueue(file).close();
    const db = new Database(file);
    db.exec('UPDATE bullmq_schema SET version = 99');
    db.close();
    expect(() => new sqlite.Queue('jobs', { connection: { file } })).toThrow(
      /was written by a newer version of @holdfast\/bullmq-sqlite \(schema 99, this one has 2\)/,
    );
  });

  it('is refused when its path is a folder or cannot be made', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-bullmq-'));
    try {
      expect(() => new sqlite.Queue('jobs', { connection: { file: folder } })).toThrow(/cannot be opened/);
      writeFileSync(join(folder, 'plain'), '');
      const below = join(folder, 'plain', 'queue.db');
      expect(() => new sqlite.Queue('jobs', { connection: { file: below } })).toThrow(
        /its folder cannot be made/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('answers with a file error when it is damaged', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.addBulk(
      Array.from({ length: 500 }, (_, n) => ({ name: 'job', data: { n, x: 'x'.repeat(500) } })),
    );
    await queue.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096, bytes.length - 4096);
    writeFileSync(file, bytes);
    const reopen = async () => {
      const damaged = new sqlite.Queue('jobs', { connection: { file }, skipMetasUpdate: true });
      try {
        await damaged.getJob('250');
      } finally {
        await damaged.close();
      }
    };
    await expect(reopen()).rejects.toMatchObject({
      code: 'ERR_BULLMQ_SQLITE_FILE',
      message: expect.stringMatching(/is damaged\. Stop all processes and restore it from a backup\.$/),
    });
  });

  it('is refused when it is cut short', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('job', {});
    await queue.close();
    truncateSync(file, 5000);
    expect(() => new sqlite.Queue('jobs', { connection: { file } })).toThrow(
      expect.objectContaining({ code: 'ERR_BULLMQ_SQLITE_FILE' }),
    );
  });

  it('answers a write with a write error when it is read-only', async () => {
    const file = newFile();
    await openQueue(file).close();
    const db = new Database(file, { readonly: true });
    const queue = track(new sqlite.Queue('jobs', { connection: { db }, skipMetasUpdate: true }));
    expect(await queue.getWaitingCount()).toBe(0);
    await expect(queue.add('job', {})).rejects.toMatchObject({
      name: 'SqliteWriteError',
      code: 'ERR_BULLMQ_SQLITE_WRITE',
      message: expect.stringContaining('SQLITE_READONLY'),
    });
    await queue.close();
    db.close();
  });
});

describe('a file that another program locks', () => {
  it('is refused at the start after busyTimeoutMs, when it is new', () => {
    const file = newFile();
    const db = new Database(file);
    db.exec('BEGIN EXCLUSIVE');
    expect(() => new sqlite.Queue('jobs', { connection: { file, busyTimeoutMs: 20 } })).toThrow(
      expect.objectContaining({ name: 'SqliteBusyError', code: 'ERR_BULLMQ_SQLITE_BUSY' }),
    );
    db.close();
  });

  it('fails a write after busyTimeoutMs with an error that workers take for a lost connection', async () => {
    const file = newFile();
    const queue = track(new sqlite.Queue('jobs', { connection: { file, busyTimeoutMs: 20 } }));
    await queue.waitUntilReady();
    await queue.getVersion();
    const db = new Database(file);
    db.exec('BEGIN IMMEDIATE');
    const error: unknown = await queue.add('job', {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectionClosedError);
    expect(error).toMatchObject({
      name: 'SqliteBusyError',
      code: 'ERR_BULLMQ_SQLITE_BUSY',
      message: expect.stringMatching(
        /stayed locked by another connection for \d+ ms\. Close the program that holds it/,
      ),
    });
    expect(await queue.getWaitingCount()).toBe(0);
    db.exec('ROLLBACK');
    db.close();
    await queue.add('job', {});
    expect(await queue.getWaitingCount()).toBe(1);
  });

  it('delays a write for as long as the lock is held, and the event loop goes on', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.getVersion();
    const db = new Database(file);
    db.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const added = queue.add('job', {});
    for (; turns < 50; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    db.exec('ROLLBACK');
    db.close();
    expect((await added).id).toBe('1');
    expect(turns).toBe(50);
  });
});

describe('a full disk', () => {
  it('fails the writes that do not fit and keeps the others', async () => {
    const db = new Database(newFile());
    const queue = track(new sqlite.Queue('jobs', { connection: { db }, skipMetasUpdate: true }));
    await queue.add('fits', {});
    // SQLite's own limit answers as a full disk does.
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 4}`);
    const big = queue.add('big', 'x'.repeat(200_000));
    const small = queue.add('small', {});
    await expect(big).rejects.toMatchObject({
      code: 'ERR_BULLMQ_SQLITE_WRITE',
      message: expect.stringMatching(/failed \(SQLITE_FULL\) and was rolled back/),
    });
    await small;
    expect((await queue.getWaiting()).map(({ name }) => name)).toEqual(['fits', 'small']);
    await queue.close();
    db.close();
  });
});

/** Programs of the system. */
const [mount, unmount] = ['/bin/mount', '/bin/umount'] as const;

/** A file system of 3 MB in memory, or undefined where one may not be mounted. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-disk-'));
  const { status } = spawnSync(mount, ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder]);
  if (status === 0) return folder;
  rmSync(folder, { recursive: true });
  return undefined;
}

describe('a disk that is really full', () => {
  it('fails what does not fit with a write error, keeps all that was accepted, and goes on when there is room', async (context) => {
    const disk = mountSmallDisk();
    if (disk === undefined) {
      if (process.env['CI'] === 'true')
        throw new Error('No tmpfs can be mounted: run the tests as root in CI.');
      process.stderr.write('SKIPPED: no tmpfs can be mounted here (needs root), a full disk is not tested\n');
      context.skip();
      return;
    }
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1_000_000));
    const queue = new sqlite.Queue('jobs', { connection: { file: join(disk, 'queue.db') } });
    try {
      const accepted: string[] = [];
      let refusal: unknown;
      for (let n = 0; n < 1000 && refusal === undefined; n += 1) {
        await queue.add('job', { text: 'x'.repeat(10_000) }, { jobId: `j${n}` }).then(
          ({ id }) => accepted.push(String(id)),
          (error: unknown) => {
            refusal = error;
          },
        );
      }
      expect(refusal).toMatchObject({ name: 'SqliteWriteError', code: 'ERR_BULLMQ_SQLITE_WRITE' });
      expect(accepted.length).toBeGreaterThan(10);
      expect((await queue.getWaiting(0, -1)).map(({ id }) => id)).toEqual(accepted);
      rmSync(ballast);
      await queue.add('job', {}, { jobId: 'after' });
      await queue.close();
      const again = new sqlite.Queue('jobs', { connection: { file: join(disk, 'queue.db') } });
      expect(await again.getWaitingCount()).toBe(accepted.length + 1);
      await again.close();
    } finally {
      await queue.close();
      spawnSync(unmount, [disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  });
});

describe('a file that is deleted or replaced while it is in use', () => {
  const gone = (what: RegExp) => ({
    name: 'SqliteFileError',
    code: 'ERR_BULLMQ_SQLITE_FILE',
    message: expect.stringMatching(what),
  });

  it('is not written to any more: each write fails with a clear error', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('kept', {});
    rmSync(file);
    await expect(queue.add('lost', {})).rejects.toMatchObject(
      gone(/queue\.db was deleted while it was in use; nothing is written any more\. Stop all processes/),
    );
    writeFileSync(file, '');
    await expect(queue.add('lost', {})).rejects.toMatchObject(gone(/was replaced by another file/));
  });

  it('is told by a running worker, which does not begin another job', async () => {
    const file = newFile();
    const queue = openQueue(file);
    const started: string[] = [];
    const worker = track(
      new sqlite.Worker('jobs', async ({ name }) => void started.push(name), {
        connection: { file },
        drainDelay: 0.02,
        runRetryDelay: 5,
      }),
    );
    const completed = next(worker, 'completed');
    await queue.add('first', {});
    await completed;
    const failed = next<[Error]>(worker, 'error');
    rmSync(file);
    expect((await failed)[0]).toMatchObject(gone(/was deleted while it was in use/));
    await expect(queue.add('second', {})).rejects.toMatchObject(gone(/was deleted/));
    expect(started).toEqual(['first']);
  });

  it('can be put back', async () => {
    const file = newFile();
    const queue = openQueue(file);
    await queue.add('kept', {});
    renameSync(file, `${file}.away`);
    await expect(queue.add('lost', {})).rejects.toMatchObject(gone(/was deleted/));
    renameSync(`${file}.away`, file);
    await queue.add('kept too', {});
    expect((await queue.getWaiting()).map(({ name }) => name)).toEqual(['kept', 'kept too']);
  });
});

describe('what is kept', () => {
  it('does not grow with the jobs done, when they are removed: rows, log lines, events and bytes', async () => {
    const file = newFile();
    const connection = { file, durability: 'process' };
    const queue = openQueue(file, 'jobs', { connection, streams: { events: { maxLen: 100 } } });
    const worker = openManualWorker(file);
    const round = async () => {
      for (let n = 0; n < 50; n += 1) {
        const job = await queue.add('job', { text: 'x'.repeat(500) }, { removeOnComplete: 10, keepLogs: 2 });
        for (const line of ['1', '2', '3']) await job.log(line);
        await (await claim(worker))?.moveToCompleted('ok', 'token', false);
      }
    };
    await round();
    await round();
    const db = new Database(file);
    const rowsOf = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    const pages = () => Number(db.pragma('page_count', { simple: true }));
    const before = pages();
    for (let n = 0; n < 5; n += 1) await round();
    expect(pages()).toBeLessThanOrEqual(before + 2);
    expect([rowsOf('bullmq_job'), rowsOf('bullmq_payload'), rowsOf('bullmq_log')]).toEqual([10, 10, 20]);
    expect(Number(db.prepare('SELECT sum(size) FROM bullmq_event').pluck().get())).toBeLessThanOrEqual(110);
    db.close();
  });
});

describe('the connection option', () => {
  it.each([
    [undefined, 'connection must be { file: path } or { db: open better-sqlite3 database }.'],
    [{}, 'connection needs either file or db, and not both.'],
    [{ host: 'localhost' }, 'connection needs either file or db, and not both.'],
    [{ file: '' }, 'connection.file is ""; it must be a path.'],
    [{ file: ':memory:' }, 'connection.file is ":memory:"; it must be a path.'],
    [{ db: {} }, 'connection.db must be an open better-sqlite3 database.'],
    [
      { file: 'x', durability: 'none' },
      "connection.durability is \"none\"; it must be 'power-loss' or 'process'.",
    ],
    [
      { file: 'x', busyTimeoutMs: -1 },
      'connection.busyTimeoutMs is -1; it must be 0 to 600000 milliseconds.',
    ],
    [{ file: 'x', pollIntervalMs: 1 }, 'connection.pollIntervalMs is 1; it must be 5 to 60000 milliseconds.'],
  ])('%j is refused where the queue is made', (connection, message) => {
    const open = () => createSqliteBackend('jobs', { connection } as never);
    expect(open).toThrow(message);
    expect(open).toThrow(expect.objectContaining({ code: 'ERR_BULLMQ_SQLITE_OPTION' }));
  });
});
