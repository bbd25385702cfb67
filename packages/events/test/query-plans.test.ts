import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import type { SqlDriver, SqlStatement } from '../src/engines/sql-driver.ts';
import { openSqliteDriver } from '../src/engines/sqlite-driver.ts';
import type { EventLog, EventToLog, Feed } from '../src/log/event-log.ts';
import { openSqlLog } from '../src/log/sql-log.ts';
import { openOutboxTable } from '../src/outbox/outbox-table.ts';
import { temporaryFolder } from './engines.ts';

const SETTINGS = { maxRetries: 3, backoff: { initialDelayMs: 1, maxDelayMs: 1 }, ordered: true };

async function askEverything(log: EventLog): Promise<void> {
  const event: EventToLog = { id: 'e', type: 'a', key: 'k', body: '{}' };
  await log.join({ group: 'g', types: undefined, settings: SETTINGS, from: 0 });
  await log.join({ group: 'h', types: undefined, settings: SETTINGS, from: 5 });
  await log.append([event]);
  const feed: Feed = (await log.feeds())[0] ?? expect.fail('no feed');
  const place = { feed: 'g', key: 'k', position: 1 };
  await log.read(0, 10);
  await log.head();
  await log.line(feed, [place], 1);
  await log.place(place);
  await log.firstInLine(10);
  await log.settle(place, 'handled');
  await log.advance([{ feed, to: 1 }]);
  await log.replay('g', 'r', 7);
  await log.trim(1, 10);
}

it('looks nothing up by reading or sorting the whole log, outbox or lines', async () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'events.db');
  const driver = await openSqliteDriver({ file, busyTimeoutMs: 1000, pollIntervalMs: 1000 });
  const asked: SqlStatement[] = [];
  const noting: SqlDriver = {
    dialect: 'sqlite',
    read: (sql, values = []) => {
      asked.push([sql, values]);
      return driver.read(sql, values);
    },
    write: (...statements) => {
      asked.push(...statements);
      return driver.write(...statements);
    },
    writeUnsynced: (...statements) => {
      asked.push(...statements);
      return driver.writeUnsynced(...statements);
    },
    watch: (onChange) => driver.watch(onChange),
    close: () => driver.close(),
  };
  const db = new Database(file);
  onTestFinished(async () => {
    db.close();
    await driver.close();
    folder.remove();
  });
  const options = {
    bus: 'b',
    clock: { now: () => 0, wallTime: () => 10, setTimer: () => ({ cancel() {} }) },
  };
  await askEverything(await openSqlLog(noting, { ...options, pollIntervalMs: 20 }));
  const table = await openOutboxTable(noting, { name: 'b', pollIntervalMs: 20 });
  await table.read(10);
  await table.remove([{ seq: '1', id: 'e', type: 'a', key: null, body: '{}' }]);
  const ddl =
    /^\s*(CREATE|SELECT version|SELECT id, version|INSERT INTO holdfast_(events_schema|outbox_identity))/;
  const plans = asked
    .filter(([sql]) => !ddl.test(sql))
    .flatMap(([sql, values = []]) => {
      const named = Object.fromEntries(values.map((value, index) => [index + 1, value]));
      const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(named) as { detail: string }[];
      return steps.map(({ detail }) => ({ detail, sql }));
    });
  expect(plans.length).toBeGreaterThan(20);
  // Sorted is only what was given, never what is stored.
  const isBad = ({ detail, sql }: { detail: string; sql: string }) =>
    /^SCAN (holdfast|line|before)/.test(detail) || (/TEMP B-TREE/.test(detail) && !sql.includes('json_each'));
  expect(plans.filter(isBad)).toEqual([]);
});
