import { ConnectionClosedError } from 'bullmq';
import { describe, expect, it } from 'vitest';
import {
  describeSqliteError,
  NotSupportedYetError,
  SqliteBackendError,
  SqliteBusyError,
  SqliteFileError,
} from './errors.ts';

const sqliteError = (code: string) => Object.assign(new Error('as SQLite says it'), { code });

describe('describeSqliteError', () => {
  it.each([
    ['SQLITE_NOTADB', 'ERR_BULLMQ_SQLITE_FILE'],
    ['SQLITE_CORRUPT_INDEX', 'ERR_BULLMQ_SQLITE_FILE'],
    ['SQLITE_CANTOPEN_ISDIR', 'ERR_BULLMQ_SQLITE_FILE'],
    ['SQLITE_BUSY', 'ERR_BULLMQ_SQLITE_BUSY'],
    ['SQLITE_BUSY_SNAPSHOT', 'ERR_BULLMQ_SQLITE_BUSY'],
    ['SQLITE_LOCKED', 'ERR_BULLMQ_SQLITE_BUSY'],
    ['SQLITE_FULL', 'ERR_BULLMQ_SQLITE_WRITE'],
    ['SQLITE_IOERR_FSYNC', 'ERR_BULLMQ_SQLITE_WRITE'],
    ['SQLITE_READONLY_DBMOVED', 'ERR_BULLMQ_SQLITE_WRITE'],
  ])('turns %s into %s and keeps the cause', (code, expected) => {
    const cause = sqliteError(code);
    expect(describeSqliteError(cause, '/data/q.db', 5)).toMatchObject({
      code: expected,
      cause,
      file: '/data/q.db',
    });
  });

  it.each([
    [sqliteError('SQLITE_CONSTRAINT_NOTNULL'), /value that cannot be stored \(as SQLite says it\)/],
    [sqliteError('SQLITE_TOOBIG'), /more than the 1,000,000,000 bytes that SQLite can store/],
    [new RangeError('The bound string, buffer, or bigint is too big'), /put a reference to it into the job/],
  ])('turns %s, which is the fault of one job, into ERR_BULLMQ_SQLITE_JOB', (cause, message) => {
    expect(describeSqliteError(cause, '/data/q.db', 5)).toMatchObject({
      name: 'SqliteJobError',
      code: 'ERR_BULLMQ_SQLITE_JOB',
      cause,
      message: expect.stringMatching(message),
    });
  });

  it('passes on what does not come from SQLite', () => {
    const other = new TypeError('x');
    expect(describeSqliteError(other, 'q.db', 0)).toBe(other);
    const coded = Object.assign(new Error('x'), { code: 'ENOENT' });
    expect(describeSqliteError(coded, 'q.db', 0)).toBe(coded);
  });
});

describe('the error classes', () => {
  it('share a base, but for the one by which BullMQ knows a lost connection', () => {
    expect(new SqliteFileError('q.db', 'is gone.')).toBeInstanceOf(SqliteBackendError);
    expect(new SqliteBusyError('q.db', 10)).toBeInstanceOf(ConnectionClosedError);
    expect(new SqliteBusyError('q.db', 10).name).toBe('SqliteBusyError');
  });

  it('name the member that is missing and what to do', () => {
    expect(new NotSupportedYetError('Queue.getMetrics')).toMatchObject({
      name: 'NotSupportedYetError',
      code: 'ERR_BULLMQ_SQLITE_NOT_SUPPORTED',
      member: 'Queue.getMetrics',
      message:
        "Queue.getMetrics is not supported yet by @holdfast/bullmq-sqlite. Use BullMQ's Redis or PostgreSQL backend for queues that need it.",
    });
  });
});
