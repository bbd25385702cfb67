/** Writes its effect and then stands still, inside the transaction or after the commit, until it is killed. */
import { writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { runOnce } from '../../src/index.ts';

const [file = '', place = ''] = process.argv.slice(2);
const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');

function standStill(): void {
  writeSync(1, `${place}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

runOnce('evt_1', { db }, () => {
  db.prepare('INSERT INTO effects (event_id, pid) VALUES (?, ?)').run('evt_1', process.pid);
  if (place === 'inside') standStill();
});
standStill();
