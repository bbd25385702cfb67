import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSchema } from '../database/schema.ts';
import { Statements } from '../database/statements.ts';
import { STATE } from '../jobs/states.ts';
import { EventLog } from '../queue/event-log.ts';
import { QueueRecord } from '../queue/queue-record.ts';
import type { QueueScope } from '../queue/queue-scope.ts';
import { applyRetention, type Retention, readRetention } from './retention.ts';

describe('readRetention', () => {
  it.each([
    [undefined, undefined, { count: -1, ageSeconds: undefined, limit: 1000 }],
    [false, { count: 5 }, { count: -1, ageSeconds: undefined, limit: 1000 }],
    [true, undefined, { count: 0, ageSeconds: undefined, limit: 1000 }],
    [7, undefined, { count: 7, ageSeconds: undefined, limit: 1000 }],
    [0, { count: 5 }, { count: 0, ageSeconds: undefined, limit: 1000 }],
    [undefined, { count: 5 }, { count: 5, ageSeconds: undefined, limit: 1000 }],
    [{ age: 60 }, undefined, { count: -1, ageSeconds: 60, limit: 1000 }],
    [{ age: 60, count: 3, limit: 10 }, undefined, { count: 3, ageSeconds: 60, limit: 10 }],
  ])('reads %j of the job and %j of the worker', (ofJob, ofWorker, expected) => {
    expect(readRetention(ofJob, ofWorker)).toEqual(expected);
  });
});

/** Statements that count the rows they read. */
class CountingStatements extends Statements {
  rowsRead = 0;

  override all<Row>(text: string, ...values: (string | number | null)[]): Row[] {
    const rows = super.all<Row>(text, ...values);
    this.rowsRead += rows.length;
    return rows;
  }
}

describe('applyRetention', () => {
  const now = 1_700_000_000_000;
  const keep = (fields: Partial<Retention>): Retention => ({
    count: -1,
    ageSeconds: undefined,
    limit: 1000,
    ...fields,
  });
  let db: Database.Database;
  let sql: CountingStatements;
  let scope: QueueScope;

  beforeEach(() => {
    db = new Database(':memory:');
    ensureSchema(db, ':memory:');
    sql = new CountingStatements(db);
    const record = new QueueRecord(sql, 'jobs', true);
    const records = { record: () => record };
    scope = { sql, record, records, events: new EventLog(sql), now, expiryNow: now };
    sql.rowsRead = 0;
  });

  afterEach(() => {
    db.close();
  });

  /** Stores so many jobs that ended so many seconds ago. */
  function finished(
    jobs: number,
    secondsAgo: number,
    state: typeof STATE.completed | typeof STATE.failed = STATE.completed,
  ): void {
    const insert = db.prepare(
      'INSERT INTO bullmq_job (queue, id, state, ord, priority, delay, added_at) VALUES (?, ?, ?, ?, 0, 0, 0)',
    );
    for (let job = 0; job < jobs; job += 1) {
      insert.run(scope.record.ref, `${state}-${secondsAgo}-${job}`, state, now - secondsAgo * 1000);
    }
    scope.record.adjust(state, jobs);
  }

  function left(): Record<string, number> {
    const rows = db
      .prepare('SELECT state, (? - ord) / 1000 AS age, count(*) AS jobs FROM bullmq_job GROUP BY state, ord')
      .all(now) as { state: number; age: number; jobs: number }[];
    return Object.fromEntries(rows.map(({ state, age, jobs }) => [`${state} ${age}s`, jobs]));
  }

  it('deletes what ended that many seconds ago or earlier, of this state alone', () => {
    finished(2, 61);
    finished(1, 60);
    finished(3, 59);
    finished(4, 90, STATE.failed);
    applyRetention(scope, STATE.completed, keep({ ageSeconds: 60 }));
    expect(left()).toEqual({ [`${STATE.completed} 59s`]: 3, [`${STATE.failed} 90s`]: 4 });
    expect(scope.record.count(STATE.completed)).toBe(3);
    expect(scope.record.count(STATE.failed)).toBe(4);
  });

  it('reads no row while no job is due, however many are kept', () => {
    finished(500, 10);
    applyRetention(scope, STATE.completed, keep({ ageSeconds: 60, count: 500 }));
    expect(sql.rowsRead).toBe(0);
  });

  it('reads as many rows as it deletes', () => {
    finished(2, 61);
    finished(500, 10);
    applyRetention(scope, STATE.completed, keep({ ageSeconds: 60, count: 499 }));
    expect(left()).toEqual({ [`${STATE.completed} 10s`]: 499 });
    expect(sql.rowsRead).toBe(3);
  });

  it('sweeps a thousand overdue jobs in one go, and the rest with the next jobs that end', () => {
    finished(1500, 61);
    applyRetention(scope, STATE.completed, keep({ ageSeconds: 60 }));
    expect(left()).toEqual({ [`${STATE.completed} 61s`]: 500 });
    applyRetention(scope, STATE.completed, keep({ ageSeconds: 60 }));
    expect(left()).toEqual({});
  });

  it('deletes at most `limit` overdue jobs', () => {
    finished(20, 61);
    applyRetention(scope, STATE.completed, keep({ ageSeconds: 60, limit: 7 }));
    expect(left()).toEqual({ [`${STATE.completed} 61s`]: 13 });
  });

  it('deletes a surplus that is larger than one read', () => {
    finished(400, 20);
    finished(400, 10);
    applyRetention(scope, STATE.completed, keep({ count: 100 }));
    expect(left()).toEqual({ [`${STATE.completed} 10s`]: 100 });
  });
});
