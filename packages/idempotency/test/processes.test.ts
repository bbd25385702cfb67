import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runOnce } from '../src/index.ts';

let folder: string;
let file: string;
let db: Database.Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-idempotency-'));
  file = join(folder, 'store.db');
  db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE effects (event_id TEXT NOT NULL, pid INTEGER NOT NULL) STRICT');
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

function child(name: string, ...args: string[]): ChildProcess {
  const path = join(import.meta.dirname, 'children', name);
  return fork(path, args, { execArgv: ['--conditions=@holdfast/source'], silent: true });
}

async function race(count: number): Promise<number[]> {
  const children = [child('race.ts', file, String(count)), child('race.ts', file, String(count))];
  await Promise.all(children.map((process) => once(process, 'message')));
  const results = children.map(async (process) => {
    const message = once(process, 'message');
    process.send('go');
    const [ran] = await message;
    return Number(ran);
  });
  const ran = await Promise.all(results);
  await Promise.all(children.map(ended));
  return ran;
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode === null) await once(process, 'exit');
}

describe('two processes on one file', () => {
  it('runs each event in exactly one of them', async () => {
    const [first = 0, second = 0] = await race(200);
    expect(first + second).toBe(200);
    const counts = db
      .prepare('SELECT count(*) AS effects, count(DISTINCT event_id) AS events FROM effects')
      .get();
    expect(counts).toEqual({ effects: 200, events: 200 });
  });
});

async function killAt(place: 'inside' | 'after'): Promise<void> {
  const process = child('stall.ts', file, place);
  if (process.stdout === null) throw new Error('the child has no standard output');
  const [line] = await once(process.stdout, 'data');
  expect(String(line)).toBe(`${place}\n`);
  process.kill('SIGKILL');
  await once(process, 'exit');
}

describe('a process killed with SIGKILL', () => {
  it('leaves neither effect nor record when it was inside the transaction, and the event runs again', async () => {
    await killAt('inside');
    expect(db.prepare('SELECT * FROM effects').all()).toEqual([]);
    expect(runOnce('evt_1', { db }, () => 'again')).toEqual({ ran: true, value: 'again' });
  });

  it('leaves both effect and record when it had committed, and the event does not run again', async () => {
    await killAt('after');
    expect(db.prepare('SELECT event_id FROM effects').all()).toEqual([{ event_id: 'evt_1' }]);
    expect(runOnce('evt_1', { db }, () => 'again')).toEqual({ ran: false });
  });
});
